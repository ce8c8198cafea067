import { describe, expect, it } from "vitest";
import type { LonLat } from "../src/geo";
import { added, boundsOfArea, crossesItself, differ, fault, isInside, middle, moved, opened, peopleIn, removed, shut, sizeM2, stepped } from "../src/warn/area";
import { aRing } from "./twin";

const SQUARE: LonLat[] = [[25, 54], [26, 54], [26, 55], [25, 55]];
const TRIANGLE: LonLat[] = [[0, 0], [2, 0], [1, 1]];

describe("the corners of an area", () => {
  it("are opened for work and closed again to leave, as RFC 7946 wants a ring", () => {
    const closed = shut([SQUARE]);
    expect(closed[0]).toHaveLength(5);
    expect(closed[0]![4]).toEqual(closed[0]![0]);
    expect(opened(closed)).toEqual([SQUARE]);
    expect(opened([SQUARE])).toEqual([SQUARE]);
  });

  it("are moved, added in the middle of an edge and taken away, and what was before stays as it was", () => {
    const area = [SQUARE];
    expect(moved(area, { ring: 0, index: 1 }, [27, 53])[0]![1]).toEqual([27, 53]);
    const at = middle(area, { ring: 0, index: 3 });
    expect(at).toEqual([25, 54.5]);
    expect(added(area, { ring: 0, index: 4 }, at)[0]).toEqual([...SQUARE, [25, 54.5]]);
    expect(removed(area, { ring: 0, index: 0 })).toEqual([SQUARE.slice(1)]);
    expect(area).toEqual([SQUARE]);
  });

  it("are never fewer than three: a triangle goes as a whole, and the last one stays", () => {
    expect(removed([TRIANGLE, SQUARE], { ring: 0, index: 1 })).toEqual([SQUARE]);
    expect(removed([TRIANGLE], { ring: 0, index: 1 })).toBeNull();
  });

  it("are stepped through by key over the ends of the rings", () => {
    const area = [TRIANGLE, SQUARE];
    expect(stepped(area, null, 1)).toEqual({ ring: 0, index: 0 });
    expect(stepped(area, { ring: 0, index: 2 }, 1)).toEqual({ ring: 1, index: 0 });
    expect(stepped(area, { ring: 1, index: 3 }, 1)).toEqual({ ring: 0, index: 0 });
    expect(stepped(area, { ring: 0, index: 0 }, -1)).toEqual({ ring: 1, index: 3 });
    expect(stepped([], null, 1)).toBeNull();
  });
});

describe("an area that cannot leave", () => {
  it("is one whose line crosses itself", () => {
    expect(crossesItself([[0, 0], [1, 1], [1, 0], [0, 1]])).toBe(true);
    expect(fault([[[0, 0], [1, 1], [1, 0], [0, 1]]])).toContain("crosses itself");
  });
  it("is one whose corner lies on another edge, or that goes back over itself", () => {
    expect(crossesItself([[0, 0], [2, 0], [2, 2], [1, 0], [0, 2]])).toBe(true);
    expect(crossesItself([[0, 0], [2, 0], [1, 0], [1, 1]])).toBe(true);
    expect(crossesItself([[0, 0], [1, 0], [1, 0], [1, 1]])).toBe(true);
  });
  it("is not one that only bends inwards, or has a corner on a straight edge", () => {
    expect(crossesItself(SQUARE)).toBe(false);
    expect(crossesItself([[0, 0], [2, 0], [2, 2], [1, 0.5], [0, 2]])).toBe(false);
    expect(crossesItself([[0, 0], [1, 0], [2, 0], [2, 2], [0, 2]])).toBe(false);
    expect(fault([SQUARE])).toBe("");
  });
  it("is one of two corners, or of none", () => {
    expect(fault([])).toContain("three corners");
    expect(fault([[[0, 0], [1, 1]]])).toContain("three corners");
  });
});

describe("the size of an area", () => {
  it("is that of the sphere between two meridians and two parallels: R² Δλ (sin φ₂ − sin φ₁)", () => {
    // Worked out by hand with R = 6 371 008.8 m: one degree from 54 to 55 north, and one degree at the equator.
    expect(sizeM2([SQUARE]) / 1e6).toBeCloseTo(7_179.9, 0);
    expect(sizeM2([[[0, 0], [1, 0], [1, 1], [0, 1]]]) / 1e6).toBeCloseTo(12_363.7, 0);
  });
  it("does not depend on which way round the ring goes, and adds the rings up", () => {
    expect(sizeM2([[...SQUARE].reverse()])).toBeCloseTo(sizeM2([SQUARE]), 3);
    expect(sizeM2([SQUARE, SQUARE])).toBeCloseTo(2 * sizeM2([SQUARE]), 3);
  });
});

describe("who is in an area", () => {
  const town = (lon_deg: number, lat_deg: number, population: number) => ({ lon_deg, lat_deg, population });
  it("is told by the even-odd rule", () => {
    expect(isInside([25.5, 54.5], [SQUARE])).toBe(true);
    expect(isInside([24.9, 54.5], [SQUARE])).toBe(false);
  });
  it("are the people of its towns, and of a town that reaches in as many as lie inside", () => {
    expect(peopleIn([SQUARE], [town(25.5, 54.5, 900), town(25.1, 54.9, 40), town(27, 54, 5_000)])).toBe(940);
    // A town of 150 000 at 1 500 a square kilometre has a radius of 5.6 km; its middle lies on the edge: half of it is inside.
    expect(peopleIn([SQUARE], [town(25, 54.5, 150_000)]) / 150_000).toBeCloseTo(0.5, 1);
    expect(peopleIn([], [town(25, 54.5, 150_000)])).toBe(0);
  });
});

describe("whether the sky has changed an area", () => {
  const area = (lonDeg: number, widthDeg = 0.2) => opened([aRing(lonDeg, 54.6, widthDeg)]);
  it("is told from a fifth of its size or of its width on", () => {
    expect(differ(area(25), area(25.03))).toBe(false);
    expect(differ(area(25), area(25.05))).toBe(true);
    expect(differ(area(25, 0.2), area(25, 0.23))).toBe(true);
    expect(differ(area(25, 0.2), area(25, 0.21))).toBe(false);
  });
  it("knows the box around all its rings", () => {
    expect(boundsOfArea([TRIANGLE, SQUARE])).toEqual([0, 0, 26, 55]);
  });
});
