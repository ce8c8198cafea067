/** Tracks as the map draws them: symbol, label, ellipse, vector, trail; old ones fade and say their age. */

import { courseDeg, destination, ellipse, type LonLat } from "../geo";
import { distance, duration, speedKmh, speedKt } from "../format";
import type { Incident, Sensor, Track } from "../model";
import { reportedAt, type TrailPoint } from "../picture";
import type { LayerName } from "../settings";

export type Look = "pending" | "unknown" | "lost" | "lost-known" | "cooperative" | "neutral" | "friendly" | "suspect" | "hostile";
type Feature = GeoJSON.Feature;
const VECTOR_S = 60;
const TRAIL_PIECES = 4;
const DEFAULT_PERIOD_S = 5;

/** Return whether an aircraft says who it is: by its own position, or to the radar or neighbour that asked it. */
export function isIdentified(track: Track): boolean {
  return track.is_cooperative === true || track.identity?.icao24 !== undefined;
}

/** Return how a track looks; hostile, suspect and friendly only ever come from a person's decision. */
export function lookOf(track: Track): Look {
  if (track.status === "lost") return isIdentified(track) ? "lost-known" : "lost";
  const affiliation = track.affiliation ?? "unknown";
  if (affiliation !== "unknown") return affiliation;
  if (isIdentified(track)) return "cooperative";
  return track.status === "tentative" ? "pending" : "unknown";
}

/** Return the shortest name that a person would call a track. */
export function nameOf(track: Track): string {
  const identity = track.identity;
  return identity?.callsign?.trim() || identity?.remote_id || identity?.icao24?.toUpperCase() || `#${track.track_id}`;
}

/** Return the expected time between two reports of a track: that of the quickest sensor that lately spoke of it. */
export function expectedPeriodS(track: Track, sensors: ReadonlyMap<string, Sensor>): number {
  const periods = (track.contributions ?? [])
    .filter((contribution) => track.last_report_s - contribution.last_s < 60)
    .map((contribution) => sensors.get(contribution.sensor)?.period_s)
    .filter((period): period is number => period != null);
  return periods.length > 0 ? Math.min(...periods) : DEFAULT_PERIOD_S;
}

/** Return the age of the last report, and whether it is older than three expected updates. */
export function staleness(track: Track, nowS: number, sensors: ReadonlyMap<string, Sensor>): { ageS: number; isStale: boolean } {
  const ageS = Math.max(0, nowS - track.last_report_s);
  return { ageS, isStale: ageS > Math.max(8, 3 * expectedPeriodS(track, sensors)) };
}

/** Return 1 for fresh, falling to 0.45 as a track outlives its expected update; the wrongly bright track is the danger. */
export function freshness(ageS: number, isStale: boolean): number {
  return isStale ? Math.max(0.45, 0.8 - ageS / 200) : 1;
}

function height(track: Track): string {
  if (isIdentified(track) && track.alt_baro_m != null && track.alt_baro_m > 1_500) {
    return `FL${String(Math.round(track.alt_baro_m / 30.48)).padStart(3, "0")}`;
  }
  const metres = track.alt_wgs84_m ?? track.alt_baro_m;
  return metres == null ? "height ?" : `${Math.round(metres / 10) * 10} m`;
}

export function labelLine(track: Track, ageS: number, isStale: boolean): string {
  if (track.status === "lost") return `LOST ${duration(ageS)} ago`;
  const mps = Math.hypot(track.east_mps, track.north_mps);
  const speed = isIdentified(track) ? speedKt(mps) : speedKmh(mps);
  return `${height(track)} · ${speed}${isStale ? ` · ${duration(ageS)} old` : ""}`;
}

export interface TrackContext {
  nowS: number;
  sensors: ReadonlyMap<string, Sensor>;
  incidents: ReadonlyMap<number, Incident>;
  selected: number | null;
  shown: Pick<Record<LayerName, boolean>, "cooperative" | "labels" | "lost">;
}

export interface TrackFeatures {
  tracks: Feature[];
  ellipses: Feature[];
  vectors: Feature[];
  trails: Feature[];
  lost: Feature[];
  selection: Feature[];
}

const point = (at: LonLat, properties: object): Feature => ({
  type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { ...properties },
});
const line = (path: LonLat[], properties: object): Feature => ({
  type: "Feature", geometry: { type: "LineString", coordinates: path }, properties: { ...properties },
});
const area = (ring: LonLat[], properties: object): Feature => ({
  type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: { ...properties },
});

/** Return every feature of the tracks; the lower `rank`, the sooner a label gets its room. */
export function trackFeatures(
  tracks: Iterable<Track>, trails: ReadonlyMap<number, TrailPoint[]>, context: TrackContext,
): TrackFeatures {
  const out: TrackFeatures = { tracks: [], ellipses: [], vectors: [], trails: [], lost: [], selection: [] };
  for (const track of tracks) {
    const look = lookOf(track);
    if (!isShown(track, look, context)) continue;
    addTrack(out, track, look, trails.get(track.track_id) ?? [], context);
  }
  return out;
}

/** A switch never hides what is selected or part of an incident. */
function isShown(track: Track, look: Look, { shown, selected, incidents }: TrackContext): boolean {
  if (track.track_id === selected || incidents.has(track.track_id)) return true;
  if (look === "cooperative") return shown.cooperative;
  return track.status !== "lost" || shown.lost;
}

function addTrack(out: TrackFeatures, track: Track, look: Look, trail: TrailPoint[], context: TrackContext): void {
  const at: LonLat = [track.lon_deg, track.lat_deg];
  const { ageS, isStale } = staleness(track, context.nowS, context.sensors);
  const isLost = track.status === "lost";
  const isSelected = track.track_id === context.selected;
  const incident = context.incidents.get(track.track_id);
  const level = incident?.level ?? "white";
  const isOfNote = isSelected || level !== "white";
  // A lost track of no incident is kept in sight, but it must not draw the eye from what is.
  const isQuiet = isLost && !isOfNote;
  const alpha = isQuiet ? 0.5 : isLost ? 0.95 : freshness(ageS, isStale);
  const isMinor = isQuiet || (look === "cooperative" && !isOfNote);
  const isNamed = context.shown.labels || isOfNote;
  out.tracks.push(point(at, {
    id: track.track_id, look, alpha, level, isMinor, icon: `track:${look}`,
    name: isNamed ? nameOf(track) : "", line: isNamed ? labelLine(track, ageS, isStale) : "",
    rank: isSelected ? 0 : level === "red" ? 1 : level === "yellow" ? 2 : isQuiet ? 10 : isMinor ? 9 : isLost ? 7 : look === "pending" ? 5 : 4,
  }));
  if (!isMinor || look === "lost") {
    out.ellipses.push(area(ellipse(...at, track.position_cov_m2, 2), { look, alpha, isLost, isQuiet }));
  }
  const azimuth = courseDeg(track.east_mps, track.north_mps);
  if (azimuth !== null && !isLost) {
    const tip = destination(...at, azimuth, Math.hypot(track.east_mps, track.north_mps) * VECTOR_S);
    out.vectors.push(line([at, tip], { look, alpha }));
  }
  if (level === "red" || level === "yellow") out.selection.push(point(at, { icon: `ring:${level}` }));
  if (isSelected) out.selection.push(point(at, { icon: "selected" }));
  if (trail.length > 0) addTrail(out, look, trail, isLost ? null : at);
  if (isLost && isOfNote) {
    out.lost.push(point(trail.at(-1)?.at ?? reportedAt(track), { label: `last certain ${duration(ageS)} ago` }));
  }
}

/** A trail is a few pieces, the older the fainter. */
function addTrail(out: TrackFeatures, look: Look, trail: TrailPoint[], tip: LonLat | null): void {
  const path = trail.map((p) => p.at);
  if (tip !== null) path.push(tip);
  const size = Math.max(1, Math.ceil((path.length - 1) / TRAIL_PIECES));
  const pieces = Math.ceil((path.length - 1) / size);
  for (let i = 0; i < pieces; i++) {
    const part = path.slice(i * size, (i + 1) * size + 1);
    if (part.length > 1) out.trails.push(line(part, { look, fade: (i + 1 + TRAIL_PIECES - pieces) / TRAIL_PIECES }));
  }
}

/** Return a track's word for how wide its position spreads. */
export function spread(track: Track): string {
  const [ee, , nn] = track.position_cov_m2;
  return distance(2 * Math.sqrt(Math.max(ee, nn)));
}
