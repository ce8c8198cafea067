/** Where somebody stands in a search: in which sector, and how far and which way to another. */

import { distanceM, type LonLat } from "../geo";
import type { Sector } from "./types";

const RAD = Math.PI / 180;
const DEG_M = 6_371_008.8 * RAD;

/** Return whether a place lies in a ring, its corners not repeated; the plane of degrees is enough for a few kilometres. */
export function isInside(at: LonLat, ring: readonly LonLat[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [a, b] = [ring[i]!, ring[j]!];
    if (a[1] > at[1] !== b[1] > at[1] && at[0] < ((b[0] - a[0]) * (at[1] - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
  }
  return inside;
}

/** Return the sector that somebody stands in, the better one where two overlap. */
export function sectorAt<T extends Pick<Sector, "ring" | "rank">>(at: LonLat, sectors: readonly T[]): T | undefined {
  return [...sectors].sort((a, b) => a.rank - b.rank).find((sector) => isInside(at, sector.ring));
}

/** Return the first course of the great circle from one place to another, degrees clockwise from north. */
export function bearingDeg(from: LonLat, to: LonLat): number {
  const [lat1, lat2, dLon] = [from[1] * RAD, to[1] * RAD, (to[0] - from[0]) * RAD];
  const east = Math.sin(dLon) * Math.cos(lat2);
  const north = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(dLon);
  return (Math.atan2(east, north) / RAD + 360) % 360;
}

export interface Way {
  distanceM: number;
  bearingDeg: number;
  /** The nearest place of the sector's edge. */
  to: LonLat;
}

/** Return the way to the nearest edge of a sector; null for somebody who stands in it. */
export function wayTo(at: LonLat, ring: readonly LonLat[]): Way | null {
  if (ring.length < 3 || isInside(at, ring)) return null;
  let best: LonLat = ring[0]!;
  let bestM = Infinity;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const place = nearestOn(at, ring[j]!, ring[i]!);
    const metres = distanceM(at, place);
    if (metres < bestM) [best, bestM] = [place, metres];
  }
  return { distanceM: bestM, bearingDeg: bearingDeg(at, best), to: best };
}

function nearestOn(at: LonLat, a: LonLat, b: LonLat): LonLat {
  const scale = Math.cos(at[1] * RAD);
  const [dx, dy] = [(b[0] - a[0]) * scale, b[1] - a[1]];
  const [px, py] = [(at[0] - a[0]) * scale, at[1] - a[1]];
  const t = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

/** Return the length of a path in metres. */
export function lengthM(path: readonly LonLat[]): number {
  return path.reduce((sum, at, i) => (i === 0 ? 0 : sum + distanceM(path[i - 1]!, at)), 0);
}

/** Return a path with fewer corners, none of which left out lies further than `toleranceM` from it (Douglas and Peucker, 1973). */
export function simplified(path: readonly LonLat[], toleranceM: number): LonLat[] {
  if (path.length < 3) return [...path];
  const kept = new Set([0, path.length - 1]);
  const open: [number, number][] = [[0, path.length - 1]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [first, last] = span;
    let [far, farM] = [-1, toleranceM];
    for (let i = first + 1; i < last; i++) {
      const metres = offM(path[i]!, path[first]!, path[last]!);
      if (metres > farM) [far, farM] = [i, metres];
    }
    if (far < 0) continue;
    kept.add(far);
    open.push([first, far], [far, last]);
  }
  return path.filter((_, i) => kept.has(i));
}

function offM(at: LonLat, a: LonLat, b: LonLat): number {
  const place = nearestOn(at, a, b);
  return Math.hypot((at[0] - place[0]) * Math.cos(at[1] * RAD), at[1] - place[1]) * DEG_M;
}
