/** Plane shapes on the sphere for drawing; metres and degrees clockwise from north in, [lon, lat] out. */

export type LonLat = [number, number];
const RADIUS_M = 6_371_008.8;
const RAD = Math.PI / 180;

/** Return the point at an azimuth and distance along the great circle. */
export function destination(lonDeg: number, latDeg: number, azimuthDeg: number, metres: number): LonLat {
  const d = metres / RADIUS_M;
  const az = azimuthDeg * RAD;
  const lat = latDeg * RAD;
  const sinLat = Math.sin(lat) * Math.cos(d) + Math.cos(lat) * Math.sin(d) * Math.cos(az);
  const lon = lonDeg * RAD
    + Math.atan2(Math.sin(az) * Math.sin(d) * Math.cos(lat), Math.cos(d) - Math.sin(lat) * sinLat);
  return [lon / RAD, Math.asin(sinLat) / RAD];
}

/** Return the great-circle distance in metres. */
export function distanceM(a: LonLat, b: LonLat): number {
  const dLat = (b[1] - a[1]) * RAD;
  const dLon = (b[0] - a[0]) * RAD;
  const s = Math.sin(dLat / 2) ** 2 + Math.cos(a[1] * RAD) * Math.cos(b[1] * RAD) * Math.sin(dLon / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(s)));
}

/** Return the course of a velocity in degrees clockwise from north, null if it stands. */
export function courseDeg(eastMps: number, northMps: number): number | null {
  if (Math.hypot(eastMps, northMps) < 0.1) return null;
  return (Math.atan2(eastMps, northMps) / RAD + 360) % 360;
}

export function circle(lonDeg: number, latDeg: number, metres: number, n = 64): LonLat[] {
  return Array.from({ length: n + 1 }, (_, i) => destination(lonDeg, latDeg, (i % n) * (360 / n), metres));
}

/** Return a ring of the sector from one azimuth clockwise to another, between two ranges. */
export function sector(
  lonDeg: number, latDeg: number, fromDeg: number, toDeg: number, rangeM: number, rangeMinM = 0,
): LonLat[] {
  const span = toDeg > fromDeg ? toDeg - fromDeg : toDeg - fromDeg + 360;
  if (span >= 359.99) return circle(lonDeg, latDeg, rangeM, 96);
  const n = Math.max(2, Math.ceil(span / 4));
  const arc = (metres: number): LonLat[] =>
    Array.from({ length: n + 1 }, (_, i) => destination(lonDeg, latDeg, fromDeg + (span * i) / n, metres));
  const inner: LonLat[] = rangeMinM > 0 ? arc(rangeMinM).reverse() : [[lonDeg, latDeg]];
  const ring = [...arc(rangeM), ...inner];
  return [...ring, ring[0]!];
}

/** Return the semi-axes [m] and the azimuth of the major one of a covariance (ee, en, nn). */
export function axes(cov: readonly [number, number, number]): { majorM: number; minorM: number; azimuthDeg: number } {
  const [ee, en, nn] = cov;
  const mean = (ee + nn) / 2;
  const spread = Math.hypot((ee - nn) / 2, en);
  // Half the angle of (nn - ee, 2 en) turns from north towards east.
  const azimuthDeg = (Math.atan2(2 * en, nn - ee) / 2 / RAD + 180) % 180;
  return { majorM: Math.sqrt(Math.max(0, mean + spread)), minorM: Math.sqrt(Math.max(0, mean - spread)), azimuthDeg };
}

/** Return the ring of `k` standard deviations of a position covariance. */
export function ellipse(
  lonDeg: number, latDeg: number, cov: readonly [number, number, number], k = 2, n = 48,
): LonLat[] {
  const { majorM, minorM, azimuthDeg } = axes(cov);
  const major = Math.max(10, majorM) * k;
  const minor = Math.max(10, minorM) * k;
  return Array.from({ length: n + 1 }, (_, i) => {
    const t = ((i % n) / n) * 2 * Math.PI;
    const along = major * Math.cos(t);
    const across = minor * Math.sin(t);
    return destination(lonDeg, latDeg, azimuthDeg + Math.atan2(across, along) / RAD, Math.hypot(along, across));
  });
}

function edgeDistance(p: LonLat, ring: readonly LonLat[], scale: number): number {
  let inside = false;
  let best = Infinity;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[i]!;
    const b = ring[j]!;
    if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
    const [dx, dy] = [(b[0] - a[0]) * scale, b[1] - a[1]];
    const [px, py] = [(p[0] - a[0]) * scale, p[1] - a[1]];
    const t = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, Math.hypot(px - t * dx, py - t * dy));
  }
  return inside ? best : -best;
}

/** Return a place well inside a ring for its name, found on a coarse grid. */
export function labelPoint(ring: readonly LonLat[], cells = 22): LonLat {
  const step = Math.max(1, Math.floor(ring.length / 300));
  const coarse = ring.filter((_, i) => i % step === 0);
  const lons = coarse.map((p) => p[0]);
  const lats = coarse.map((p) => p[1]);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const scale = Math.cos(((south + north) / 2) * RAD);
  let best: LonLat = [(west + east) / 2, (south + north) / 2];
  let bestDistance = -Infinity;
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      const p: LonLat = [west + ((i + 0.5) / cells) * (east - west), south + ((j + 0.5) / cells) * (north - south)];
      const d = edgeDistance(p, coarse, scale);
      if (d > bestDistance) [best, bestDistance] = [p, d];
    }
  }
  return best;
}

/** Return the signed area of a ring in square degrees: enough to tell a mainland from an islet. */
export function ringArea(ring: readonly LonLat[]): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    sum += (ring[j]![0] - ring[i]![0]) * (ring[j]![1] + ring[i]![1]);
  }
  return sum / 2;
}
