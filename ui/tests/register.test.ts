import { describe, expect, it } from "vitest";
import { chart } from "../src/register/charts";
import { detail } from "../src/register/detail";
import { address, dayS, narrowed, NOTHING, query, readAddress } from "../src/register/filter";
import type { RegisterRecord, Statistics } from "../src/register/types";
import { objects, rating, webAddress, what, when } from "../src/register/words";

const record = (more: Partial<RegisterRecord> = {}): RegisterRecord => ({ record_id: "lt-1", title: "A drone", began_s: 1_753_666_800, countries: ["LT"], ...more });
const none = { close: () => undefined, strike: () => undefined };

describe("the question in the address", () => {
  it("is read as it was written, with the record that is open", () => {
    const filter = { ...NOTHING, text: "Gaižiūnai & Šumskas", from: "2025-07-01", country: "LT", isAll: true };
    expect(readAddress(address(filter, "lt-1"))).toEqual({ filter, record: "lt-1" });
    expect(address(NOTHING, "")).toBe("");
  });
  it("asks the server for whole days, and for no false alarms unless wanted", () => {
    // date -ud 2025-07-28 +%s
    expect(String(query({ ...NOTHING, from: "2025-07-28", to: "2025-07-28", type: "balloon" }))).toBe("from_s=1753660800&to_s=1753747200&type=balloon&incursion=true");
    expect(query({ ...NOTHING, isAll: true }).has("incursion")).toBe(false);
    expect(dayS("28.7.2025", false)).toBeNull();
  });
  it("is narrowed by a bar, and the same bar takes it back", () => {
    const year = narrowed(NOTHING, "year", "2025");
    expect([year.from, year.to]).toEqual(["2025-01-01", "2025-12-31"]);
    expect(narrowed(year, "year", "2025")).toEqual(NOTHING);
    expect(narrowed(narrowed(NOTHING, "country", "LT"), "country", "LT")).toEqual(NOTHING);
  });
});

describe("an incident in words", () => {
  it("says when as precisely as it is known, in UTC", () => {
    expect(["year", "month", "day", "hour", "minute"].map((precision) => when(record({ precision: precision as RegisterRecord["precision"] & string })))).toEqual(["2025", "Jul 2025", "28 Jul 2025", "28 Jul 2025, 01h UTC", "28 Jul 2025, 01:40 UTC"]);
  });
  it("keeps how many it may have been", () => {
    expect([objects(3, 3), objects(19, 21), what(record({ object_type: "balloon", n_min: 20, n_max: 100 })), what(record({ object_type: "balloon" }))]).toEqual(["3", "19 to 21", "20 to 100 × balloon", "balloon"]);
  });
  it("opens only addresses of the web", () => {
    expect(webAddress("https://news.err.ee/1")).toBe("https://news.err.ee/1");
    for (const other of ["javascript:alert(1)", "data:text/html,x", "Lietuvos rytas, 28 July", ""]) expect(webAddress(other)).toBeNull();
  });
  it("explains the letters and figures of a source", () => {
    expect(rating("B", "1")).toBe("source usually reliable; report confirmed by others");
    expect(rating()).toBe("source cannot be judged; report cannot be judged");
  });
});

describe("the panel of an incident", () => {
  it("says what is not known, and takes no text for markup", () => {
    const evil = "<img src=x onerror=alert(1)>";
    const panel = detail(record({ title: evil, doubts: evil, sources: [{ address: `javascript:${evil}`, publisher: evil }] }), none);
    expect(panel.querySelector("img, a, script")).toBeNull();
    for (const said of ["not established", "not known", "not known closely enough for a map", evil]) expect(panel.textContent).toContain(said);
  });
});

describe("a chart", () => {
  it("has a bar for each row, with its figures for whoever cannot see it", () => {
    const counts: Statistics = { by: ["country"], rows: [{ keys: ["LV"], n_incidents: 2, n_min: 3, n_max: 5 }, { keys: ["LT"], n_incidents: 10, n_min: 76, n_max: 432 }], n_incidents: 12, n_min: 79, n_max: 437, n_unplaced: 0, n_origin_unknown: 0, n_outcome_unknown: 0, n_explosives_unknown: 0 };
    const pressed: string[] = [];
    const drawn = chart(counts, "LV", (key, value) => pressed.push(`${key} ${value}`));
    const bars = [...drawn.querySelectorAll("button")];
    expect(bars.map((bar) => bar.getAttribute("aria-label"))).toEqual(["Lithuania: 10 incidents, 76 to 432 objects", "Latvia: 2 incidents, 3 to 5 objects"]);
    expect(bars.map((bar) => bar.getAttribute("aria-pressed"))).toEqual(["false", "true"]);
    bars[0]?.click();
    expect(pressed).toEqual(["country LT"]);
  });
});
