import { describe, expect, it } from "vitest";
import { Times } from "../src/format";
import { boundsOfPlan, closed, searchFeatures } from "../src/plan/features";
import { area, areaLine, byRank, chance, hazardLine, hours, promise, reliabilityWord, tier, withHypothesis } from "../src/plan/words";
import { axisTop, hourStep } from "../src/panels/search/chart";
import { freeName } from "../src/panels/search/assets";
import { aPlan, aSector } from "./twin";

describe("a plan in words", () => {
  it("gives areas in hectares below a square kilometre", () => {
    expect([42_000, 994_000, 1_000_000, 12_300_000, 310_000_000, 1_234_000_000].map(area)).toEqual(["4.2 ha", "99 ha", "1.0 km²", "12 km²", "310 km²", "1230 km²"]);
  });
  it("gives small probabilities a digit that tells sectors apart, and never claims nothing", () => {
    expect([0, 0.0002, 0.008, 0.042, 0.12].map(chance)).toEqual(["0 %", "<0.1 %", "0.8 %", "4.2 %", "12 %"]);
  });
  it("gives short work in minutes", () => {
    expect([0.5, 4, 12.2].map(hours)).toEqual(["30 min", "4.0 h", "12 h"]);
  });
  it("says how sure it is by the areas", () => {
    expect(areaLine(aPlan())).toBe("50 % within 12 km², 95 % within 310 km²");
    expect(areaLine(aPlan({ contours: [] }))).toBe("");
  });
  it("says the distance to keep with the warning", () => {
    expect(hazardLine(500)).toBe("Do not touch. Keep 500 m away.");
    expect(hazardLine(1_500)).toBe("Do not touch. Keep 1.5 km away.");
  });
  it("promises nothing without a team", () => {
    expect(promise(aPlan())).toContain("No team yet");
    expect(promise(aPlan({ settings: { assets: [{ asset_id: "a", kind: "dogs" }] } }))).toBe("40 % to find it with the teams named; if so, after 6.2 h on average");
    expect(promise(aPlan({ is_found: true }))).toContain("over");
  });
  it("ranks: the first, the next two, up to the eighth, the others", () => {
    expect([1, 2, 3, 4, 8, 9].map(tier)).toEqual([0, 1, 1, 2, 2, 3]);
    expect([aSector("B", 0, 0, { rank: 2 }), aSector("A", 0, 0, { rank: 1 })].sort(byRank).map((s) => s.name)).toEqual(["A", "B"]);
  });
  it("has a word for any trust", () => {
    expect([0, 0.3, 0.5, 1].map(reliabilityWord)).toEqual(["Left out", "Doubtful", "Likely", "Certain"]);
  });
});

describe("what an officer sets", () => {
  it("is set, and given back to the model", () => {
    expect(withHypothesis({ fates: { left: 0.1 } }, "fates", "fell", 0.4).fates).toEqual({ left: 0.1, fell: 0.4 });
    expect(withHypothesis({ fates: { left: 0.1, fell: 0.4 } }, "fates", "fell", null).fates).toEqual({ left: 0.1 });
  });
  it("never adds up to more than one: what was set before gives way", () => {
    const { fates } = withHypothesis({ fates: { left: 0.6, flying: 0.2 } }, "fates", "fell", 0.6);
    expect(fates!["fell"]).toBe(0.6);
    expect(fates!["left"]).toBeCloseTo(0.3);
    expect(fates!["flying"]).toBeCloseTo(0.1);
  });
  it("leaves everything else as it is", () => {
    expect(withHypothesis({ cover: "forest", conducts: { orbit: 1 } }, "fates", "fell", 0.4)).toEqual({ cover: "forest", conducts: { orbit: 1 }, fates: { fell: 0.4 } });
  });
  it("gets a name for a team that nobody has yet", () => {
    expect(freeName("foot_team", [{ asset_id: "foot team 1", kind: "foot_team" }])).toBe("foot team 2");
  });
});

describe("a time that somebody was told", () => {
  const times = new Times("LT");
  // 28 July 2025 01:43:49 UTC is 04:43:49 in Lithuania (EEST, UTC+3).
  const nowS = Date.UTC(2025, 6, 28, 1, 43, 49) / 1_000;
  it("is the newest moment at which the local clocks showed it", () => {
    expect(times.lastAt("04:30", nowS)).toBe(Date.UTC(2025, 6, 28, 1, 30) / 1_000);
    expect(times.lastAt("04:44", nowS)).toBe(Date.UTC(2025, 6, 27, 1, 44) / 1_000);
  });
  it("is nothing for what is no time", () => {
    expect(times.lastAt("25:00", nowS)).toBeNull();
    expect(times.lastAt("", nowS)).toBeNull();
  });
});

describe("a plan on the map", () => {
  it("draws the wide contours under the narrow ones", () => {
    const square: [number, number][] = [[25, 54], [26, 54], [26, 55]];
    const { "search-bands": bands } = searchFeatures(aPlan({ contours: [{ share: 0.5, area_m2: 1, polygons: [[square]] }, { share: 0.95, area_m2: 2, polygons: [[square]] }] }));
    expect(bands.map((band) => band.properties!["share"])).toEqual([0.95, 0.5]);
  });
  it("closes rings, and those that are closed only once", () => {
    expect(closed([[0, 0], [1, 0], [1, 1]])).toHaveLength(4);
    expect(closed([[0, 0], [1, 0], [1, 1], [0, 0]])).toHaveLength(4);
    expect(closed([])).toEqual([]);
  });
  it("hatches a sector that was searched by its name, and draws paths as they were walked", () => {
    const by = { searched_id: "s", time_s: 1, by: "x", asset: "foot_team" as const };
    const done = searchFeatures(aPlan({ searched: [{ ...by, sector: "A-02" }, { ...by, sector: "A-01", paths: [[[25.7, 54.6], [25.71, 54.6]]] }, { ...by, sector: "gone" }] }))["search-done"];
    expect(done.map((feature) => feature.geometry.type)).toEqual(["Polygon", "MultiLineString"]);
  });
  it("draws the circle to keep out of round every find, and no best place once it is found", () => {
    const find = { find_id: "f", time_s: 1, by: "x", what: "wreck" as const, lat_deg: 54.6, lon_deg: 25.7, sd_m: 20, is_it: true };
    const drawn = searchFeatures(aPlan({ finds: [find], is_found: true }));
    expect(drawn["search-hazards"]).toHaveLength(1);
    expect(drawn["search-marks"].map((mark) => mark.properties!["kind"])).toEqual(["loss", "find"]);
  });
  it("leaves out a clue without a place and one that nobody believes", () => {
    const clue = { clue_id: "c", kind: "bang" as const, reliability: 0.6, received_s: 1 };
    const weights = [{ ...clue }, { ...clue, lat_deg: 54, lon_deg: 25, reliability: 0 }, { ...clue, lat_deg: 54, lon_deg: 25 }].map((one) => ({ clue: one, probability: 0.5, why: "" }));
    expect(searchFeatures(aPlan({ clues: weights }))["search-marks"].filter((mark) => mark.properties!["kind"] === "clue")).toHaveLength(1);
  });
  it("frames the sectors where there is no contour", () => {
    const [west, south, east, north] = boundsOfPlan(aPlan({ contours: [] }));
    expect([west < 25.7, south <= 54.6, east > 25.73, north > 54.6]).toEqual([true, true, true, true]);
  });
});

describe("the success curve", () => {
  it.each([[1, 0.25], [8, 2], [24, 5], [400, 100]])("marks %s hours every %s", (end, step) => {
    expect(hourStep(end)).toBe(step);
  });
  it("has an axis on which a small success can still be seen", () => {
    expect([0, 0.05, 0.104, 0.37, 0.7, 1].map((pos) => axisTop([{ hours: 0, pos: 0 }, { hours: 8, pos }]))).toEqual([0.1, 0.1, 0.2, 0.4, 1, 1]);
  });
});
