import { describe, expect, it } from "vitest";
import { destination, distanceM, type LonLat } from "../src/geo";
import { mgrs, utm } from "../src/plan/mgrs";
import { bearingDeg, isInside, lengthM, sectorAt, simplified, wayTo } from "../src/plan/sectors";
import { placeLine } from "../src/search/place";
import { aPlan, aSector } from "./twin";

const dm = (degrees: number, minutes: number): number => degrees + minutes / 60;

describe("bearings", () => {
  it("are those of the great circle", () => {
    // Ed Williams, Aviation Formulary, worked example: Los Angeles to New York, 65.8922 degrees at the start.
    expect(bearingDeg([-dm(118, 24), dm(33, 57)], [-dm(73, 47), dm(40, 38)])).toBeCloseTo(65.8922, 3);
  });
  it.each([[0, 1, 0], [1, 0, 90], [0, -1, 180], [-1, 0, 270]])("to %s %s is %s degrees", (lon, lat, degrees) => {
    expect(bearingDeg([0, 0], [lon, lat])).toBeCloseTo(degrees, 6);
  });
});

describe("MGRS", () => {
  // UTM by PROJ (pyproj 3.7.2, EPSG:32635, 32634, 32632 and 32756).
  it.each([
    [54.687, 25.28, 35, 389124.8034627268, 6061320.180030972], [55.71, 21.13, 34, 508168.420402236, 6173811.793861337],
    [60.39, 5.32, 32, 297230.2202096259, 6700510.175253601], [-33.8568, 151.2153, 56, 334900.56965226424, 6252288.752888294],
  ])("projects %s %s to the millimetre", (lat, lon, zone, east, north) => {
    const [x, y] = utm(lat, lon, zone);
    expect(x).toBeCloseTo(east, 3);
    expect(y).toBeCloseTo(north, 3);
  });
  it("names the square, and the zones of Norway and Svalbard", () => {
    // The Eiffel Tower stands in 31U DQ; Bergen is moved into zone 32, Longyearbyen into 33.
    expect(mgrs(48.8584, 2.2945)).toBe("31U DQ 48252 11954");
    expect(mgrs(60.39, 5.32).slice(0, 3)).toBe("32V");
    expect(mgrs(78.22, 15.65).slice(0, 3)).toBe("33X");
  });
  it("says nothing near the poles", () => {
    expect(mgrs(86, 20)).toBe("");
  });
});

describe("sectors", () => {
  const [west, east] = [aSector("A-01", 25.7, 54.6, { rank: 2 }), aSector("A-02", 25.716, 54.6, { rank: 1 })];
  it("know who stands in them", () => {
    expect(sectorAt([25.705, 54.605], [west, east])?.name).toBe("A-01");
    expect(sectorAt([25.72, 54.605], [west, east])?.name).toBe("A-02");
    expect(sectorAt([25.69, 54.605], [west, east])).toBeUndefined();
  });
  it("give the better one where two overlap", () => {
    expect(sectorAt([25.705, 54.605], [west, aSector("A-03", 25.7, 54.6, { rank: 1 })])?.name).toBe("A-03");
  });
  it("keep their notches", () => {
    const notched: LonLat[] = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]];
    expect(isInside([1.5, 2], notched)).toBe(false);
    expect(isInside([0.5, 2], notched)).toBe(true);
  });
  it("say the way to their nearest edge, none to somebody within", () => {
    expect(wayTo([25.705, 54.605], west.ring)).toBeNull();
    const way = wayTo(destination(25.716, 54.6045, 90, 420), west.ring)!;
    expect(way.distanceM).toBeCloseTo(420, 0);
    expect(way.bearingDeg).toBeCloseTo(270, 0);
  });
});

describe("paths", () => {
  it("are as long as their legs", () => {
    expect(lengthM([[25, 54], destination(25, 54, 90, 1_000), destination(...destination(25, 54, 90, 1_000), 0, 500)])).toBeCloseTo(1_500, 3);
  });
  it("lose the corners that lie on the line, and none that is further off than the tolerance", () => {
    const walked = Array.from({ length: 101 }, (_, i) => destination(25, 54, 90, i * 20));
    const bulge = walked.map((at, i): LonLat => (i === 50 ? destination(...at, 0, 9) : at));
    expect(simplified(walked, 4)).toHaveLength(2);
    expect(simplified(bulge, 4).some((at) => distanceM(at, bulge[50]!) < 0.1)).toBe(true);
    expect(simplified([], 4)).toEqual([]);
  });
});

describe("the line that is read on the ground", () => {
  const plan = aPlan();
  it("says in which sector one stands", () => {
    expect(placeLine([25.705, 54.605], plan, "")).toMatchObject({ text: "You are in sector A-01", way: null, isDanger: false });
  });
  it("says the way to the chosen one", () => {
    // 0.015 degrees of longitude at 54.605 degrees north are 966 m.
    const line = placeLine([25.705, 54.605], plan, "A-02");
    expect(line.text).toBe("A-02 is 1.0 km east");
    expect(line.note).toBe("You are in sector A-01");
  });
  it("says the nearest one to somebody outside", () => {
    expect(placeLine([25.6, 54.604], plan, "").note).toMatch(/^The nearest is A-01, 6\.4 km east$/);
  });
  it("sends whoever is too close to a find away from it, before anything else", () => {
    const find = { find_id: "f", time_s: 1, by: "x", what: "explosive" as const, lat_deg: 54.605, lon_deg: 25.705, sd_m: 20, is_it: false };
    const line = placeLine(destination(25.705, 54.605, 90, 200), aPlan({ finds: [find] }), "A-02");
    expect(line).toMatchObject({ text: "Too close to a find: go east", isDanger: true });
    expect(line.way!.distanceM).toBeCloseTo(300, 0);
    expect(distanceM(line.way!.to, [25.705, 54.605])).toBeCloseTo(500, 0);
    expect(placeLine([25.705, 54.605], aPlan({ finds: [find] }), "").text).toBe("Too close to a find: go back the way you came");
    expect(placeLine(destination(25.705, 54.605, 90, 600), aPlan({ finds: [find] }), "").isDanger).toBe(false);
  });
  it("does not fail on a search without sectors", () => {
    expect(placeLine([25, 54], aPlan({ sectors: [] }), "A-01").text).toBe("The search has no sectors");
  });
});
