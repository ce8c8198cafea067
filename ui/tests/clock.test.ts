import { describe, expect, it } from "vitest";
import { stepsOf } from "../src/warn/clock";
import { Seen } from "../src/seen";

const steps = (clock: Parameters<typeof stepsOf>[0], isOver = false) => stepsOf(clock, isOver).map((step) => `${step.name}${step.isRunning ? "…" : step.afterS === null ? "" : `+${step.afterS}`}`).join(" ");

describe("the decision clock", () => {
  it("counts every step from the first report and lets the next one run", () => {
    expect(steps({ first_report_s: 100, first_track_s: 108, first_alarm_s: 112 })).toBe("report+0 track+8 alarm+12 acknowledged… drafted approved sent delivered");
    expect(steps({ first_report_s: 100, first_alarm_s: 112, acknowledged_s: 130, drafted_s: 113 })).toBe("report+0 track alarm+12 acknowledged+30 drafted+13 approved… sent delivered");
  });
  it("waits for the draft before the approval", () => {
    expect(steps({ first_report_s: 0, first_alarm_s: 5, acknowledged_s: 9 })).toContain("drafted… approved sent");
  });
  it("waits no more for what was passed over", () => {
    expect(steps({ first_report_s: 0, first_alarm_s: 5, drafted_s: 6, approved_s: 20 })).toBe("report+0 track alarm+5 acknowledged drafted+6 approved+20 sent… delivered");
  });
  it("stands when all is done, and when the incident is over", () => {
    expect(steps({ first_report_s: 0, first_alarm_s: 1, acknowledged_s: 2, drafted_s: 2, approved_s: 3, sent_s: 4, delivered_s: 5 })).not.toContain("…");
    expect(steps({ first_report_s: 0, first_alarm_s: 1 }, true)).not.toContain("…");
  });
});

describe("what an officer has seen of others' decisions", () => {
  it("is what stood on the screen long enough to be read", () => {
    let ms = 0;
    const seen = new Seen(() => ms);
    seen.show("I-1", 5);
    expect(seen.entry).toBe(5);
    ms = 3_000;
    seen.show("I-1", 9);
    ms = 3_300;
    expect(seen.entry).toBe(5);
    ms = 4_000;
    expect(seen.entry).toBe(9);
    seen.show("I-2", 2);
    expect(seen.entry).toBe(2);
  });
});
