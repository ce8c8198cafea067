import { describe, expect, it } from "vitest";
import { destination, type LonLat } from "../src/geo";
import { crossesItself, isInside, sizeM2, type Corners } from "../src/warn/area";
import { fewerCorners } from "../src/warn/fewer";

const round = (n: number, radius: (degrees: number) => number): Corners => Array.from({ length: n }, (_, i) => destination(25, 54.6, (360 * i) / n, radius((360 * i) / n)));
/** Push a corner a little towards the middle: on the line itself nobody is in or out. */
const inwards = ([lon, lat]: LonLat): LonLat => [25 + (lon - 25) * 0.999, 54.6 + (lat - 54.6) * 0.999];

describe("an area with fewer corners", () => {
  it.each([
    ["a circle", round(64, () => 8_000)], ["a circle the other way round", [...round(64, () => 8_000)].reverse()],
    ["a star with dents", round(48, (d) => 8_000 + 1_500 * Math.cos((5 * d * Math.PI) / 180))],
  ])("of %s still holds all that it held, and grows by little", (_, ring) => {
    const [thinned] = fewerCorners([ring]);
    expect(thinned!.length).toBeLessThan(ring.length / 2);
    expect(crossesItself(thinned!)).toBe(false);
    for (const corner of ring) expect(isInside(inwards(corner), [thinned!])).toBe(true);
    expect(sizeM2([thinned!]) / sizeM2([ring])).toBeGreaterThanOrEqual(1);
    expect(sizeM2([thinned!]) / sizeM2([ring])).toBeLessThan(1.13);
  });

  it("loses corners on a straight edge without growing at all", () => {
    const comb = [...Array.from({ length: 12 }, (_, i): LonLat => [25 + i / 100, 54]), [25.11, 54.1], [25, 54.1]] as LonLat[];
    const [thinned] = fewerCorners([comb]);
    expect(thinned!.length).toBeLessThanOrEqual(12);
    expect(sizeM2([thinned!])).toBeCloseTo(sizeM2([comb]), -3);
  });

  it("leaves alone what has few corners, and what crosses itself", () => {
    const square: Corners = [[25, 54], [26, 54], [26, 55], [25, 55]];
    const bad = [...round(20, () => 8_000)];
    [bad[3], bad[12]] = [bad[12]!, bad[3]!];
    expect(fewerCorners([square, bad])).toEqual([square, bad]);
  });
});
