import { describe, expect, it } from "vitest";
import { axes, circle, courseDeg, destination, distanceM, ellipse, labelPoint, sector, type LonLat } from "../src/geo";

describe("destination", () => {
  it("goes one minute of latitude in a nautical mile", () => {
    const [lon, lat] = destination(25, 54, 0, 1_852);
    expect(lon).toBeCloseTo(25, 9);
    expect((lat - 54) * 60).toBeCloseTo(1, 2);
  });
  it("is undone by the distance back", () => {
    expect(distanceM([25, 54], destination(25, 54, 73, 42_000))).toBeCloseTo(42_000, 3);
  });
});

describe("course", () => {
  it("runs clockwise from north", () => {
    expect([[0, 5], [5, 0], [0, -5], [-5, 0]].map(([e, n]) => courseDeg(e!, n!))).toEqual([0, 90, 180, 270]);
  });
  it("is unknown for what stands", () => {
    expect(courseDeg(0, 0)).toBeNull();
  });
});

describe("the error ellipse", () => {
  it("points along the greater spread", () => {
    expect(axes([400, 0, 100])).toEqual({ majorM: 20, minorM: 10, azimuthDeg: 90 });
    expect(axes([100, 0, 400]).azimuthDeg).toBeCloseTo(0, 9);
    // Equal spreads, correlated east with north: the long axis runs north-east.
    expect(axes([100, 60, 100]).azimuthDeg).toBeCloseTo(45, 9);
  });
  it("reaches two standard deviations from the track", () => {
    const ring = ellipse(25, 54, [400 ** 2, 0, 100 ** 2]);
    const reach = ring.map((p) => distanceM([25, 54], p));
    expect(Math.max(...reach)).toBeCloseTo(800, 1);
    expect(Math.min(...reach)).toBeCloseTo(200, 1);
  });
  it("is closed", () => {
    const ring = ellipse(25, 54, [9, 1, 9]);
    expect(ring.at(-1)).toEqual(ring[0]);
  });
});

describe("a sector", () => {
  it("crosses north clockwise", () => {
    const ring = sector(25, 54, 350, 10, 10_000);
    expect(ring).toContainEqual([25, 54]);
    expect(Math.max(...ring.map((p) => p[1]))).toBeCloseTo(destination(25, 54, 0, 10_000)[1], 3);
  });
  it("is a circle when it goes all the way round", () => {
    expect(sector(25, 54, 0, 360, 5_000)).toEqual(circle(25, 54, 5_000, 96));
  });
});

it("puts a country's name inside a country shaped like an L", () => {
  const ring: LonLat[] = [[0, 0], [10, 0], [10, 2], [2, 2], [2, 10], [0, 10], [0, 0]];
  const [x, y] = labelPoint(ring);
  expect((x > 0 && x < 10 && y > 0 && y < 2) || (x > 0 && x < 2 && y > 0 && y < 10)).toBe(true);
});
