/** What does not move: countries with their names, zones, towns, and the sensors with their coverage and health. */

import { destination, labelPoint, ringArea, sector, type LonLat } from "../geo";
import { countryName } from "../format";
import type { Sensors, Zones } from "../api";
import type { Health, Place, Sensor } from "../model";
import { sensorIcon } from "./signs";

/** How far around a sensor the first view reaches. */
const AROUND_M = 30_000;
type Collection = GeoJSON.FeatureCollection;
const collection = (features: GeoJSON.Feature[]): Collection => ({ type: "FeatureCollection", features });

/** Return the zones with the home country marked. */
export function zoneFeatures(zones: Zones, home: string): Collection {
  return collection(zones.features.map((zone) => ({
    ...zone,
    properties: { ...zone.properties, isHome: zone.properties.kind === "sovereign" && zone.properties.country === home },
  })));
}

function outerRings(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): LonLat[][] {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.map((rings) => (rings[0] ?? []) as LonLat[]);
}

/** Return one name per country, at a place well inside its largest part. */
export function countryNames(zones: Zones): Collection {
  const features: GeoJSON.Feature[] = [];
  for (const zone of zones.features) {
    if (zone.properties.kind !== "sovereign") continue;
    const rings = outerRings(zone.geometry);
    const largest = rings.reduce((a, b) => (Math.abs(ringArea(b)) > Math.abs(ringArea(a)) ? b : a), [] as LonLat[]);
    if (largest.length < 4) continue;
    features.push({
      type: "Feature", geometry: { type: "Point", coordinates: labelPoint(largest) },
      properties: { name: zone.properties.name || countryName(zone.properties.country ?? "") },
    });
  }
  return collection(features);
}

/** Return [west, south, east, north] of a country, null if it is not on the map. */
export function boundsOf(zones: Zones, country: string): [number, number, number, number] | null {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const zone of zones.features) {
    if (zone.properties.kind !== "sovereign" || zone.properties.country !== country) continue;
    for (const ring of outerRings(zone.geometry)) {
      for (const [lon, lat] of ring) {
        bounds[0] = Math.min(bounds[0], lon);
        bounds[1] = Math.min(bounds[1], lat);
        bounds[2] = Math.max(bounds[2], lon);
        bounds[3] = Math.max(bounds[3], lat);
      }
    }
  }
  return Number.isFinite(bounds[0]) ? bounds : null;
}

/** Return the box about the sensors and what lies close around each; null if none has a place. */
export function watchedBounds(sensors: Iterable<Sensor>): [number, number, number, number] | null {
  const corners: LonLat[] = [];
  for (const { lat_deg, lon_deg, coverage } of sensors) {
    if (lat_deg == null || lon_deg == null) continue;
    const reachM = Math.min(coverage?.range_max_m ?? AROUND_M, AROUND_M);
    corners.push(...[0, 90, 180, 270].map((azimuth) => destination(lon_deg, lat_deg, azimuth, reachM)));
  }
  if (corners.length === 0) return null;
  const [lons, lats] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

export function placeFeatures(places: readonly Place[]): Collection {
  return collection(places.map((place) => ({
    type: "Feature", geometry: { type: "Point", coordinates: [place.lon_deg, place.lat_deg] },
    properties: { name: place.name, population: place.population },
  })));
}

/** Return the sensor table by id; the position is the properties' or the point's. */
export function sensorTable(sensors: Sensors): Map<string, Sensor> {
  return new Map(sensors.features.map(({ geometry, properties }) => {
    const [lon, lat] = geometry?.type === "Point" ? geometry.coordinates : [];
    return [properties.id, { ...properties, lon_deg: properties.lon_deg ?? lon ?? null, lat_deg: properties.lat_deg ?? lat ?? null }];
  }));
}

export function sensorFeatures(sensors: Iterable<Sensor>, health: ReadonlyMap<string, Health>): Collection {
  const features: GeoJSON.Feature[] = [];
  for (const sensor of sensors) {
    if (sensor.lat_deg == null || sensor.lon_deg == null) continue;
    features.push({
      type: "Feature", geometry: { type: "Point", coordinates: [sensor.lon_deg, sensor.lat_deg] },
      properties: {
        id: sensor.id, name: sensor.name || sensor.id,
        icon: sensorIcon(sensor.kind, health.get(sensor.id)?.state ?? "unknown"),
      },
    });
  }
  return collection(features);
}

/** Return what each sensor can see at all; one that is silent or failed keeps its outline, not its fill. */
export function coverageFeatures(sensors: Iterable<Sensor>, health: ReadonlyMap<string, Health>): Collection {
  const features: GeoJSON.Feature[] = [];
  for (const { id, lat_deg, lon_deg, coverage } of sensors) {
    if (lat_deg == null || lon_deg == null || coverage?.range_max_m == null) continue;
    const state = health.get(id)?.state ?? "unknown";
    const ring = sector(
      lon_deg, lat_deg, coverage.azimuth_from_deg ?? 0, coverage.azimuth_to_deg ?? 360, coverage.range_max_m, coverage.range_min_m,
    );
    features.push({
      type: "Feature", geometry: { type: "Polygon", coordinates: [ring] },
      properties: { id, isUp: state !== "silent" && state !== "failed" },
    });
  }
  return collection(features);
}
