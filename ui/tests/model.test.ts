import { describe, expect, it } from "vitest";
import { byUrgency, skyLevel } from "../src/model";
import { actionOf, type KeyActions } from "../src/keys";
import { healthSummary } from "../src/panels/health";
import { anIncident } from "./twin";

describe("the queue's order", () => {
  it("puts what nobody has acknowledged first, then red over yellow, then the longest wait", () => {
    const incidents = [
      anIncident({ incident_id: "closed", status: "closed", level: "red" }),
      anIncident({ incident_id: "seen-red", level: "red", acknowledged_s: 5 }),
      anIncident({ incident_id: "yellow-late", first_report_s: 200 }),
      anIncident({ incident_id: "yellow-early", first_report_s: 100 }),
      anIncident({ incident_id: "red", level: "red", first_report_s: 300 }),
    ];
    expect(incidents.sort(byUrgency).map((i) => i.incident_id)).toEqual(["red", "yellow-early", "yellow-late", "seen-red", "closed"]);
  });
  it("takes an acknowledgement at time 0 for one", () => {
    expect(byUrgency(anIncident({ acknowledged_s: 0 }), anIncident())).toBeGreaterThan(0);
  });
});

describe("the sky", () => {
  it("is as bad as the worst open incident, acknowledged or not", () => {
    expect(skyLevel([])).toBe("white");
    expect(skyLevel([anIncident(), anIncident({ level: "red", acknowledged_s: 1 })])).toBe("red");
    expect(skyLevel([anIncident({ level: "red", status: "closed" })])).toBe("white");
  });
});

describe("sensor health", () => {
  it("counts what is silent apart from what is well", () => {
    const health = [{ sensor: "a", state: "ok" }, { sensor: "b", state: "silent" }, { sensor: "c", state: "failed" }] as const;
    expect(healthSummary(health)).toEqual({ text: "1 ok · 1 failed · 1 silent", isWell: false, nSilent: 2 });
  });
});

describe("keys", () => {
  const pressed = (init: KeyboardEventInit): string | undefined => {
    let name: string | undefined;
    const actions = new Proxy({}, { get: (_, key) => (step?: number) => (name = `${String(key)}${step ?? ""}`) }) as KeyActions;
    actionOf(new KeyboardEvent("keydown", init))?.(actions);
    return name;
  };
  it.each([["a", "acknowledge"], ["A", "acknowledge"], ["j", "move1"], ["ArrowUp", "move-1"], [" ", "pause"], ["Escape", "escape"], ["?", "help"]])("%s does %s", (key, name) => {
    expect(pressed({ key })).toBe(name);
  });
  it("leaves the browser's own shortcuts alone", () => {
    expect(pressed({ key: "a", ctrlKey: true })).toBeUndefined();
    expect(pressed({ key: "d", metaKey: true })).toBeUndefined();
  });
});
