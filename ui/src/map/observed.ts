/** Bearings, presences, sightings and cues on the map; each fades with its age and is gone when it says nothing more. */

import { circle, destination, sector, type LonLat } from "../geo";
import { course } from "../format";
import type { Bearing, Cue, Observation, Presence, Sensor, Sighting } from "../model";

type Feature = GeoJSON.Feature;
export const FADE_S = 900;
/** A direction says where something was: it is soon worth little. */
export const HEARD_FADE_S = 90;
/** What a sensor's own newer bearing outdates is only a hint of the movement. */
const OUTDATED = 0.3;
/** A bearing's figure stands so far along it. */
const LABEL_AT_M = 4_000;
const BEARING_RANGE_M = 15_000;
const DEFAULT_CUE_RADIUS_M = 5_000;

export interface ObservedFeatures {
  cues: Feature[];
  directions: Feature[];
  witnesses: Feature[];
}

/** Return 1 at the moment of the report down to 0 when it is to be drawn no more. */
export function fade(observation: Observation, nowS: number): number {
  if (observation.kind === "cue" && observation.valid_until_s != null) {
    return nowS <= observation.valid_until_s ? 1 : Math.max(0, 1 - (nowS - observation.valid_until_s) / FADE_S);
  }
  const ageS = Math.max(0, nowS - observation.time_s);
  const lastsS = observation.kind === "bearing" || observation.kind === "presence" ? HEARD_FADE_S : FADE_S;
  return Math.max(0, 1 - ageS / lastsS);
}

function origin(observation: Bearing | Presence, sensors: ReadonlyMap<string, Sensor>): LonLat | null {
  const sensor = sensors.get(observation.sensor);
  const lon = observation.lon_deg ?? sensor?.lon_deg;
  const lat = observation.lat_deg ?? sensor?.lat_deg;
  return lon == null || lat == null ? null : [lon, lat];
}

export function observedFeatures(
  observations: readonly Observation[], sensors: ReadonlyMap<string, Sensor>, nowS: number,
): ObservedFeatures {
  const out: ObservedFeatures = { cues: [], directions: [], witnesses: [] };
  const newest = new Map<string, Observation>();
  for (const observation of observations) newest.set(`${observation.sensor} ${observation.kind}`, observation);
  for (const observation of observations) {
    const alpha = fade(observation, nowS);
    if (alpha < 0.04) continue;
    const isNewest = newest.get(`${observation.sensor} ${observation.kind}`) === observation;
    if (observation.kind === "cue") out.cues.push(cueFeature(observation, alpha));
    else if (observation.kind === "sighting") addSighting(out, observation, alpha);
    else {
      const at = origin(observation, sensors);
      if (at === null) continue;
      if (observation.kind === "bearing") addBearing(out, observation, at, alpha, isNewest);
      else if (isNewest) out.directions.push(polygon(circle(...at, observation.radius_m), alpha));
    }
  }
  return out;
}

const polygon = (ring: LonLat[], alpha: number): Feature => ({
  type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: { alpha },
});
const line = (path: LonLat[], alpha: number): Feature => ({
  type: "Feature", geometry: { type: "LineString", coordinates: path }, properties: { alpha },
});

function addDirection(
  out: ObservedFeatures, at: LonLat, azimuthDeg: number, sdDeg: number | null | undefined, rangeM: number, alpha: number,
): void {
  if (sdDeg != null) {
    const half = Math.min(2 * sdDeg, 90);
    out.directions.push(polygon(sector(...at, azimuthDeg - half, azimuthDeg + half, rangeM), alpha));
  }
  out.directions.push(line([at, destination(...at, azimuthDeg, rangeM)], alpha));
}

function addBearing(out: ObservedFeatures, bearing: Bearing, at: LonLat, alpha: number, isNewest: boolean): void {
  const rangeM = bearing.range_max_m ?? BEARING_RANGE_M;
  if (isNewest) {
    addDirection(out, at, bearing.azimuth_deg, bearing.azimuth_sd_deg, rangeM, alpha);
    out.directions.push({
      type: "Feature", properties: { alpha, label: course(bearing.azimuth_deg) },
      geometry: { type: "Point", coordinates: destination(...at, bearing.azimuth_deg, Math.min(rangeM / 2, LABEL_AT_M)) },
    });
  }
  else out.directions.push(line([at, destination(...at, bearing.azimuth_deg, rangeM)], alpha * OUTDATED));
}

function addSighting(out: ObservedFeatures, sighting: Sighting, alpha: number): void {
  const at: LonLat = [sighting.lon_deg, sighting.lat_deg];
  const shown = Math.max(0.4, alpha);
  out.witnesses.push({
    type: "Feature", geometry: { type: "Point", coordinates: at },
    properties: { alpha: shown, text: sighting.text ? `“${clip(sighting.text)}”` : sighting.sense },
  });
  if (sighting.azimuth_deg != null) {
    addDirection(out, at, sighting.azimuth_deg, sighting.azimuth_sd_deg, sighting.range_m ?? 3_000, alpha);
  }
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function cueFeature(cue: Cue, alpha: number): Feature {
  const first = cue.area[0]!;
  const ring = cue.area.length < 3
    ? circle(...first, cue.radius_m ?? DEFAULT_CUE_RADIUS_M)
    : [...cue.area, first];
  return polygon(ring, alpha);
}
