/** The area of a warning as an officer shapes it: rings of corners, open while they are worked on, closed when they leave. */

import type { LonLat } from "../geo";

/** A ring without its repeated first corner. */
export type Corners = readonly LonLat[];
export type Area = readonly Corners[];
/** One corner of an area. */
export interface Corner {
  ring: number;
  index: number;
}

const RADIUS_M = 6_371_008.8;
const RAD = Math.PI / 180;
const M_PER_DEG = RADIUS_M * RAD;
const LEAST_CORNERS = 3;
/** What a warning's ring may hold, its repeated corner included, as the server has it. */
export const MOST_CORNERS = 399;
/** A tenth of a metre: what is finer says nothing about an area. */
const DECIMALS = 6;

export function opened(rings: readonly (readonly LonLat[])[]): Area {
  return rings.map((ring) => {
    const [first, last] = [ring[0], ring.at(-1)];
    return ring.length > 1 && first![0] === last![0] && first![1] === last![1] ? ring.slice(0, -1) : [...ring];
  });
}

export function shut(area: Area): LonLat[][] {
  return area.map((ring) => {
    const rounded = ring.map(([lon, lat]): LonLat => [round(lon), round(lat)]);
    return rounded.length === 0 ? [] : [...rounded, rounded[0]!];
  });
}

const round = (degrees: number): number => Number(degrees.toFixed(DECIMALS));

function withRing(area: Area, at: number, ring: Corners): Area {
  return area.map((one, i) => (i === at ? ring : one));
}

export function moved(area: Area, { ring, index }: Corner, to: LonLat): Area {
  return withRing(area, ring, (area[ring] ?? []).map((corner, i) => (i === index ? to : corner)));
}

/** Return the area with one more corner before `index`. */
export function added(area: Area, { ring, index }: Corner, at: LonLat): Area {
  const corners = area[ring] ?? [];
  return withRing(area, ring, [...corners.slice(0, index), at, ...corners.slice(index)]);
}

/** Return the area without a corner; a triangle goes as a whole, and the last one stays: then null. */
export function removed(area: Area, { ring, index }: Corner): Area | null {
  const corners = area[ring] ?? [];
  if (corners.length > LEAST_CORNERS) return withRing(area, ring, corners.filter((_, i) => i !== index));
  return area.length > 1 ? area.filter((_, i) => i !== ring) : null;
}

/** Return the middle of the edge that begins at a corner. */
export function middle(area: Area, { ring, index }: Corner): LonLat {
  const corners = area[ring] ?? [];
  const [a, b] = [corners[index]!, corners[(index + 1) % corners.length]!];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** Return the next or the previous corner, over the ends of the rings; the first one after none. */
export function stepped(area: Area, from: Corner | null, step: 1 | -1): Corner | null {
  const all = area.flatMap((ring, r) => ring.map((_, index): Corner => ({ ring: r, index })));
  if (from === null) return (step > 0 ? all[0] : all.at(-1)) ?? null;
  const at = all.findIndex((corner) => corner.ring === from.ring && corner.index === from.index);
  return all[(at + step + all.length) % all.length] ?? null;
}

const turn = (a: LonLat, b: LonLat, c: LonLat): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
const isWithin = (a: LonLat, b: LonLat, p: LonLat): boolean =>
  Math.min(a[0], b[0]) <= p[0] && p[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= p[1] && p[1] <= Math.max(a[1], b[1]);

/** True if two edges meet, an end on the other one included. */
function meet(a: LonLat, b: LonLat, c: LonLat, d: LonLat): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (abc === 0 && isWithin(a, b, c)) || (abd === 0 && isWithin(a, b, d)) || (cda === 0 && isWithin(c, d, a)) || (cdb === 0 && isWithin(c, d, b));
}

/** True if the line of a ring crosses or touches itself: it then has no inside that anybody agrees on. */
export function crossesItself(ring: Corners): boolean {
  const n = ring.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [a, b, c, d] = [ring[i]!, ring[(i + 1) % n]!, ring[j]!, ring[(j + 1) % n]!];
      if (j === i + 1) {
        if (turnsBack(a, b, d)) return true;
      } else if ((j + 1) % n === i) {
        if (turnsBack(c, a, b)) return true;
      } else if (meet(a, b, c, d)) return true;
    }
  }
  return false;
}

/** True if the way from a to b goes back over itself to c, or stands still. */
function turnsBack(a: LonLat, b: LonLat, c: LonLat): boolean {
  return turn(a, b, c) === 0 && (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) <= 0;
}

/** Return why an area cannot leave, "" if it can. */
export function fault(area: Area): string {
  if (area.length === 0 || area.some((ring) => ring.length < LEAST_CORNERS)) return "An area needs three corners.";
  if (area.some((ring) => ring.length > MOST_CORNERS)) return `An area may have ${MOST_CORNERS} corners.`;
  return area.some(crossesItself) ? "The line crosses itself." : "";
}

/** Return the size on the sphere [m2]: Chamberlain and Duquette, "Some algorithms for polygons on a sphere", JPL 07-03, 2007. */
export function sizeM2(area: Area): number {
  let sum = 0;
  for (const ring of area) {
    let own = 0;
    for (let i = 0; i < ring.length; i++) {
      const [before, here, after] = [ring.at(i - 1)!, ring[i]!, ring[(i + 1) % ring.length]!];
      own += (after[0] - before[0]) * RAD * Math.sin(here[1] * RAD);
    }
    sum += Math.abs((own * RADIUS_M ** 2) / 2);
  }
  return sum;
}

export function isInside([lon, lat]: LonLat, area: Area): boolean {
  return area.some((ring) => {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [a, b] = [ring[i]!, ring[j]!];
      if (a[1] > lat !== b[1] > lat && lon < ((b[0] - a[0]) * (lat - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
    }
    return inside;
  });
}

/** A town is as large as its people need, as the server has it: so many on a square metre of the built-up area of this frontier. */
const PEOPLE_PER_M2 = 1_500 / 1e6;
const [LEAST_TOWN_M, MOST_TOWN_M] = [300, 10_000];
/** So many points of a town tell how much of it lies in an area. */
const SAMPLES = 64;
const GOLDEN_DEG = 137.507764;

/** Return about how many live in an area: of each town by how much of it lies inside. */
export function peopleIn(area: Area, towns: Iterable<{ lon_deg: number; lat_deg: number; population: number }>): number {
  if (area.length === 0) return 0;
  const [west, south, east, north] = boundsOfArea(area);
  let people = 0;
  for (const { lon_deg: lon, lat_deg: lat, population } of towns) {
    const radiusM = Math.min(MOST_TOWN_M, Math.max(LEAST_TOWN_M, Math.sqrt(population / PEOPLE_PER_M2 / Math.PI)));
    const [dLat, dLon] = [radiusM / M_PER_DEG, radiusM / M_PER_DEG / Math.cos(lat * RAD)];
    if (lon + dLon < west || lon - dLon > east || lat + dLat < south || lat - dLat > north) continue;
    // Points on a sunflower's spiral stand for equal parts of the disc.
    let inside = 0;
    for (let k = 0; k < SAMPLES; k++) {
      const [r, angle] = [Math.sqrt((k + 0.5) / SAMPLES), k * GOLDEN_DEG * RAD];
      if (isInside([lon + dLon * r * Math.sin(angle), lat + dLat * r * Math.cos(angle)], area)) inside += 1;
    }
    people += (population * inside) / SAMPLES;
  }
  return Math.round(people);
}

/** Return [west, south, east, north]. */
export function boundsOfArea(area: Area): [number, number, number, number] {
  const all = area.flat();
  const [lons, lats] = [all.map((p) => p[0]), all.map((p) => p[1])];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** How much of its size or its width an area has to change before anybody is told. */
const SHARE_TOLD = 0.2;

/** True if two areas are so far apart that an officer wants to know: in size, or in where they lie. */
export function differ(a: Area, b: Area): boolean {
  const [sizeA, sizeB] = [sizeM2(a), sizeM2(b)];
  if (Math.abs(sizeA - sizeB) > SHARE_TOLD * Math.max(sizeA, sizeB)) return true;
  const [boxA, boxB] = [boundsOfArea(a), boundsOfArea(b)];
  return [0, 1].some((axis) => {
    const width = Math.max(boxA[axis + 2]! - boxA[axis]!, boxB[axis + 2]! - boxB[axis]!);
    return [axis, axis + 2].some((edge) => Math.abs(boxA[edge]! - boxB[edge]!) > SHARE_TOLD * width);
  });
}
