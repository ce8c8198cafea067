/** Following the action: which incident the map keeps in view by itself, and what of it. */

import { courseDeg, destination, distanceM, type LonLat } from "./geo";
import type { Incident } from "./model";
import type { Picture } from "./picture";

const AHEAD_S = 180;
const AROUND_M = 11_000;
/** Where only words tell of something, how far around them the map looks. */
const WORDS_AROUND_M = 18_000;
const SAID_S = 300;
const SAID_WITHIN_M = 25_000;

/** Return the places that tell what goes on in an incident now: its tracks and where they go, and what is said near them. */
export function placesOf(picture: Picture, incident: Incident): LonLat[] {
  const tracks = (incident.track_ids ?? []).map((id) => picture.tracks.get(id)).filter((track) => track !== undefined);
  const flying = tracks.filter((track) => track.status !== "lost");
  const places: LonLat[] = [];
  for (const track of flying.length > 0 ? flying : tracks) {
    const azimuth = courseDeg(track.east_mps, track.north_mps) ?? 0;
    const aheadM = track.status === "lost" ? 0 : Math.hypot(track.east_mps, track.north_mps) * AHEAD_S;
    places.push([track.lon_deg, track.lat_deg], destination(track.lon_deg, track.lat_deg, azimuth, aheadM));
    if (track.status === "lost") places.push(...around([track.lon_deg, track.lat_deg], 2 * Math.sqrt(Math.max(track.position_cov_m2[0], track.position_cov_m2[2]))));
    const last = picture.trails.get(track.track_id)?.at(-1);
    if (last !== undefined) places.push(last.at);
  }
  if (places.length === 0 && incident.lon_deg != null && incident.lat_deg != null) {
    places.push([incident.lon_deg, incident.lat_deg], ...around([incident.lon_deg, incident.lat_deg], WORDS_AROUND_M));
  }
  const [first] = places;
  if (first === undefined) return [];
  for (const said of picture.observations) {
    if (said.kind !== "sighting" || picture.nowS() - said.time_s > SAID_S) continue;
    if (distanceM(first, [said.lon_deg, said.lat_deg]) < SAID_WITHIN_M) places.push([said.lon_deg, said.lat_deg]);
  }
  return places;
}

const around = ([lon, lat]: LonLat, metres: number): LonLat[] => [0, 90, 180, 270].map((azimuth) => destination(lon, lat, azimuth, metres));

/** Return [west, south, east, north] about the places, each with some country around it; null for none. */
export function frameOf(places: readonly LonLat[]): [number, number, number, number] | null {
  const corners = places.flatMap((place) => around(place, AROUND_M));
  if (corners.length === 0) return null;
  const [lons, lats] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
