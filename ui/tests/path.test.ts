import { describe, expect, it } from "vitest";
import { destination, distanceM, type LonLat } from "../src/geo";
import { isKept, lots, pathsOf, walkedM, type Fix } from "../src/search/path";
import { Recorder } from "../src/search/recorder";
import { MemoryShelf } from "../src/search/shelf";
import { Where } from "../src/search/where";

const fix = (metres: number, seconds: number, accuracyM = 8): Fix => ({ at: destination(25, 54, 90, metres), ms: seconds * 1_000, accuracyM });

describe("a path", () => {
  it("keeps a fix that moved by more than it is wrong about", () => {
    expect(isKept(fix(0, 0), undefined)).toBe(true);
    expect(isKept(fix(3, 5), fix(0, 0))).toBe(false);
    expect(isKept(fix(6, 5), fix(0, 0))).toBe(true);
    expect(isKept(fix(12, 5, 40), fix(0, 0, 40))).toBe(false);
    expect(isKept(fix(0, 0, 300), undefined)).toBe(false);
  });
  it("breaks where somebody drove or the phone slept, not where they stood still", () => {
    expect(pathsOf([fix(0, 0), fix(20, 20), fix(2_000, 400), fix(2_020, 420)])).toHaveLength(2);
    expect(pathsOf([fix(0, 0), fix(20, 20), fix(30, 900), fix(50, 920)])).toHaveLength(1);
    expect(walkedM([fix(0, 0), fix(20, 20), fix(2_000, 400), fix(2_020, 420)])).toBeCloseTo(40, 1);
  });
  it("is none of one fix alone", () => {
    expect(pathsOf([fix(0, 0)])).toEqual([]);
  });
  it("goes into letters of a size, with no stretch left out between them", () => {
    const zigzag = Array.from({ length: 3_000 }, (_, i): LonLat => destination(...destination(25, 54, 90, i * 10), 0, i % 2 === 0 ? 0 : 30));
    const letters = lots([zigzag]);
    expect(letters.length).toBeGreaterThan(3);
    for (const letter of letters) expect(JSON.stringify(letter).length).toBeLessThan(12_000);
    const ends = letters.map((letter) => [letter[0]![0]!, letter.at(-1)!.at(-1)!] as const);
    for (let i = 1; i < ends.length; i++) expect(ends[i]![0]).toEqual(ends[i - 1]![1]);
    expect(distanceM(ends.at(-1)![1], zigzag.at(-1)!)).toBeLessThan(0.2);
  });
  it("of short walks goes into one", () => {
    expect(lots([[[25, 54], [25.001, 54]], [[25.1, 54], [25.101, 54]]])).toEqual([[[[25, 54], [25.001, 54]], [[25.1, 54], [25.101, 54]]]]);
    expect(lots([])).toEqual([]);
  });
});

describe("a recorder", () => {
  it("goes on after a reload where it was broken off", async () => {
    const shelf = new MemoryShelf();
    let now = 0;
    const before = new Recorder(shelf, () => now);
    await before.start();
    for (let i = 0; i < 12; i++) await before.add(fix(i * 20, i * 20));
    now = 3_600_000;
    const after = new Recorder(shelf, () => now);
    await after.load();
    expect(after.isOn).toBe(true);
    expect(after.fixes).toEqual(before.fixes);
    expect(after.hours()).toBe(1);
    await after.finish();
    expect(await shelf.all("points")).toEqual([]);
  });
  it("keeps nothing while it is off", async () => {
    expect(await new Recorder(new MemoryShelf()).add(fix(0, 0))).toBe(false);
  });
});

describe("a phone without a position", () => {
  it("says that the page was not opened over https, and goes on", () => {
    const where = new Where(() => undefined);
    where.start();
    expect(where.state).toBe("insecure");
    expect(where.words()).toContain("not opened over https");
  });
});
