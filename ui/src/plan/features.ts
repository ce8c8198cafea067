/** What the map draws of a search: bands, sectors, what was searched, marks, and the circles to keep out of. */

import { circle, labelPoint, type LonLat } from "../geo";
import { percent, words } from "../format";
import type { SearchPlan, SectorOutline } from "./types";
import { chance, clueAt, clueWord, tier } from "./words";

export const SEARCH_SOURCES = ["search-bands", "search-sectors", "search-names", "search-done", "search-hazards", "search-marks"] as const;
export type SearchSource = (typeof SEARCH_SOURCES)[number];
export type SearchFeatures = Record<SearchSource, GeoJSON.Feature[]>;
type Feature = GeoJSON.Feature;

const point = (at: LonLat, properties: object): Feature => ({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { ...properties } });
const ringed = (ring: readonly LonLat[], properties: object): Feature => ({
  type: "Feature", geometry: { type: "Polygon", coordinates: [closed(ring)] }, properties: { ...properties },
});

/** GeoJSON repeats the first corner of a ring at its end; a plan may or may not. */
export function closed(ring: readonly LonLat[]): LonLat[] {
  const [first, last] = [ring[0], ring.at(-1)];
  if (first === undefined || last === undefined) return [];
  return first[0] === last[0] && first[1] === last[1] ? [...ring] : [...ring, first];
}

export function noFeatures(): SearchFeatures {
  return { "search-bands": [], "search-sectors": [], "search-names": [], "search-done": [], "search-hazards": [], "search-marks": [] };
}

export interface Highlight {
  /** The sector under the pointer or chosen: it stands out. */
  sector?: string;
}

/** Return every feature of a plan; of the contours the widest first, so that the narrow ones lie on top. */
export function searchFeatures(plan: SearchPlan, { sector: chosen = "" }: Highlight = {}): SearchFeatures {
  const out = noFeatures();
  for (const { share, polygons } of [...plan.contours].sort((a, b) => b.share - a.share)) {
    const coordinates = polygons.map((rings) => rings.map(closed));
    if (coordinates.length > 0) out["search-bands"].push({ type: "Feature", geometry: { type: "MultiPolygon", coordinates }, properties: { share, label: percent(share) } });
  }
  for (const sector of plan.sectors) {
    if (sector.ring.length < 3) continue;
    const properties = { name: sector.name, tier: tier(sector.rank), rank: sector.rank, isChosen: sector.name === chosen, isOrdered: sector.is_ordered };
    out["search-sectors"].push(ringed(sector.ring, properties));
    out["search-names"].push(point(labelPoint(closed(sector.ring), 12), { ...properties, line: chance(sector.poc) }));
  }
  addSearched(out, plan);
  addMarks(out, plan);
  return out;
}

/** A sector by its name, a ring, or the paths: what was searched in vain is hatched, or drawn as it was walked. */
function addSearched(out: SearchFeatures, plan: SearchPlan): void {
  const outlines = new Map<string, SectorOutline>(plan.sectors.map((sector) => [sector.name, sector]));
  for (const { ring, paths, sector, asset } of plan.searched) {
    const paced = (paths ?? []).filter((path) => path.length > 1);
    const outline = ring?.length ? ring : paced.length === 0 ? outlines.get(sector ?? "")?.ring : undefined;
    if (outline && outline.length > 2) out["search-done"].push(ringed(outline, { label: `searched: ${words(asset)}` }));
    if (paced.length > 0) out["search-done"].push({ type: "Feature", geometry: { type: "MultiLineString", coordinates: paced }, properties: {} });
  }
}

function addMarks(out: SearchFeatures, plan: SearchPlan): void {
  const { track } = plan.loss;
  out["search-marks"].push(point([track.lon_deg, track.lat_deg], { icon: "last-seen", label: "lost here", kind: "loss", rank: 3 }));
  for (const { clue } of plan.clues) {
    const at = clueAt(clue);
    if (at !== null && clue.reliability > 0) out["search-marks"].push(point(at, { icon: "clue", label: clueWord(clue.kind), kind: "clue", rank: 4 }));
  }
  if (!plan.is_found) out["search-marks"].push(point([plan.best_lon_deg, plan.best_lat_deg], { icon: "best", label: "best place", kind: "best", rank: 1 }));
  for (const find of plan.finds) {
    out["search-hazards"].push(ringed(circle(find.lon_deg, find.lat_deg, plan.hazard_m), { label: "keep out" }));
    out["search-marks"].push(point([find.lon_deg, find.lat_deg], { icon: "find", label: `${words(find.what)} found`, kind: "find", rank: 0 }));
  }
}

/** Return [west, south, east, north] of the area that holds a share; without one, of the sectors or about the best place. */
export function boundsOfPlan(plan: SearchPlan, share = 0.5, more: readonly LonLat[] = []): [number, number, number, number] {
  const contour = plan.contours.find((item) => Math.abs(item.share - share) < 0.001);
  const corners = contour?.polygons.flatMap((rings) => rings[0] ?? []) ?? [];
  const known = corners.length > 0 ? corners : [...plan.sectors.flatMap((sector) => sector.ring), ...circle(plan.best_lon_deg, plan.best_lat_deg, 2_000, 8)];
  return boundsOfPlaces([...known, ...more]);
}

export function boundsOfPlaces(places: readonly LonLat[]): [number, number, number, number] {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of places) {
    bounds[0] = Math.min(bounds[0], lon);
    bounds[1] = Math.min(bounds[1], lat);
    bounds[2] = Math.max(bounds[2], lon);
    bounds[3] = Math.max(bounds[3], lat);
  }
  return bounds;
}
