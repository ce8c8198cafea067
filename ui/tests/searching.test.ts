import { describe, expect, it } from "vitest";
import { Searching } from "../src/searching";
import type { Incident } from "../src/model";
import type { SearchPlan } from "../src/plan/types";
import { aPlan, anIncident, aTrack } from "./twin";

const lost = (changed_s: number): Incident => anIncident({ search: { losses: [{ track: aTrack(), declared_s: 1 }], changed_s } });

function desk(answers: (SearchPlan | Error)[]): { searching: Searching; asked: number[]; pass: (ms: number) => void } {
  let now = 0;
  const asked: number[] = [];
  const ask = async (): Promise<SearchPlan> => {
    asked.push(now);
    const answer = answers.shift() ?? aPlan();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { searching: new Searching(ask, () => undefined, () => now), asked, pass: (ms) => { now += ms; } };
}

describe("a search that is open", () => {
  it("asks once, again when something was decided, and after a minute", async () => {
    const { searching, asked, pass } = desk([]);
    searching.open("I-1");
    await searching.keep(lost(1), "live");
    await searching.keep(lost(1), "live");
    pass(5_000);
    await searching.keep(lost(2), "live");
    pass(59_000);
    await searching.keep(lost(2), "live");
    pass(2_000);
    await searching.keep(lost(2), "live");
    expect(asked).toEqual([0, 5_000, 66_000]);
  });
  it("sees a decision that was made at the same moment as the last one: a played night may be paused", async () => {
    const { searching, asked } = desk([]);
    searching.open("I-1");
    await searching.keep(lost(1), "live");
    const clue = { clue_id: "c", kind: "bang" as const, reliability: 0.5, received_s: 1 };
    for (const reliability of [0.5, 0.2, 0.2]) await searching.keep(anIncident({ search: { ...lost(1).search, clues: [{ ...clue, reliability }] } }), "live");
    await searching.keep(anIncident({ search: { ...lost(1).search, settings: { cover: "forest" } } }), "live");
    expect(asked).toHaveLength(4);
  });
  it("says what went wrong, keeps the last plan, and tries again soon", async () => {
    const { searching, asked, pass } = desk([aPlan({ key: "old" }), new Error("The server did not answer."), aPlan({ key: "new" })]);
    searching.open("I-1");
    await searching.keep(lost(1), "live");
    await searching.keep(lost(2), "live");
    expect(searching.problem).toBe("The server did not answer.");
    expect(searching.plan?.key).toBe("old");
    pass(11_000);
    await searching.keep(lost(2), "live");
    expect(asked).toHaveLength(3);
    expect([searching.plan?.key, searching.problem]).toEqual(["new", ""]);
  });
  it("does not show the plan of another incident that comes in late", async () => {
    const { searching } = desk([]);
    searching.open("I-1");
    const late = searching.keep(lost(1), "live");
    searching.open("I-2");
    await late;
    expect(searching.plan).toBeNull();
  });
  it("is forgotten with its panel, unless it is pinned", async () => {
    const { searching } = desk([]);
    searching.open("I-1");
    await searching.keep(lost(1), "live");
    searching.isPinned = true;
    searching.close();
    expect(searching.plan).not.toBeNull();
    searching.isPinned = false;
    searching.close();
    expect(searching.plan).toBeNull();
  });
  it("asks for nothing where nothing is lost", async () => {
    const { searching, asked } = desk([]);
    searching.open("I-1");
    await searching.keep(anIncident(), "live");
    expect(asked).toEqual([]);
    expect(Searching.canSearch(lost(1))).toBe(true);
  });
});
