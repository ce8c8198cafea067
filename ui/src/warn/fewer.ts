/** The same area with fewer corners, for a hand to shape: it only grows, so that nobody who was warned is left out. */

import type { LonLat } from "../geo";
import { crossesItself, type Area, type Corners } from "./area";

/** So many corners can be told apart and pulled at. */
export const ENOUGH = 12;
/** How much an area may grow by that, as a share of its size. */
const GROWTH = 0.12;

type Ring = LonLat[];
interface Change {
  grownBy: number;
  ring: Ring;
}

const cross = (a: LonLat, b: LonLat, c: LonLat): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
const signedArea = (ring: Corners): number => ring.reduce((sum, a, i) => sum + (a[0] * ring[(i + 1) % ring.length]![1] - ring[(i + 1) % ring.length]![0] * a[1]) / 2, 0);

export function fewerCorners(area: Area): Area {
  return area.map((corners) => {
    if (corners.length <= ENOUGH || crossesItself(corners)) return corners;
    // A degree of longitude is made as long as one of latitude, and the ring turned anticlockwise.
    const scale = Math.cos((corners[0]![1] * Math.PI) / 180);
    const flat = corners.map(([lon, lat]): LonLat => [lon * scale, lat]);
    const size = signedArea(flat);
    const thinned = thin(size < 0 ? flat.reverse() : flat, Math.abs(size) * GROWTH);
    return thinned.map(([x, lat]): LonLat => [x / scale, lat]);
  });
}

function thin(ring: Ring, allowance: number): Ring {
  let [left, kept] = [allowance, ring];
  while (kept.length > ENOUGH) {
    const changes = changesOf(kept).filter(({ grownBy }) => grownBy <= left).sort((a, b) => a.grownBy - b.grownBy);
    const change = changes.find((one) => !crossesItself(one.ring));
    if (change === undefined) break;
    left -= change.grownBy;
    kept = change.ring;
  }
  return kept;
}

/** Return every way to lose one corner that lets the ring only grow. */
function changesOf(ring: Ring): Change[] {
  const n = ring.length;
  const at = (i: number): LonLat => ring[(i + n) % n]!;
  return ring.flatMap((_, i): Change[] => {
    const bend = cross(at(i - 1), at(i), at(i + 1));
    // A dent is filled by leaving its corner out.
    if (bend <= 0) return [{ grownBy: -bend / 2, ring: ring.filter((_, k) => k !== i) }];
    // The edge from i to i + 1 goes when its neighbours are drawn on until they meet.
    if (cross(at(i), at(i + 1), at(i + 2)) <= 0) return [];
    const meeting = meetingOf(at(i - 1), at(i), at(i + 2), at(i + 1));
    if (meeting === null) return [];
    const others = ring.filter((_, k) => k !== i && k !== (i + 1) % n);
    const place = i === n - 1 ? n - 2 : i;
    return [{ grownBy: Math.abs(cross(at(i), meeting, at(i + 1))) / 2, ring: [...others.slice(0, place), meeting, ...others.slice(place)] }];
  });
}

/** Return where the way from a through b meets that from c through d, beyond b and d; null if they part. */
function meetingOf(a: LonLat, b: LonLat, c: LonLat, d: LonLat): LonLat | null {
  const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const det = ux * vy - uy * vx;
  if (det === 0) return null;
  const [s, t] = [((d[0] - b[0]) * vy - (d[1] - b[1]) * vx) / det, ((d[0] - b[0]) * uy - (d[1] - b[1]) * ux) / det];
  return s > 0 && t > 0 ? [b[0] + s * ux, b[1] + s * uy] : null;
}
