/** A place as people on the ground read it out: MGRS on WGS-84. */

const RAD = Math.PI / 180;
const A_M = 6_378_137;
const F = 1 / 298.257223563;
const N = F / (2 - F);
const E = Math.sqrt(F * (2 - F));
/** The rectifying radius, and the series to the third order of n: better than a millimetre within a zone. */
const RECTIFYING_M = (A_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ALPHA = [N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3, (13 / 48) * N ** 2 - (3 / 5) * N ** 3, (61 / 240) * N ** 3];
const SCALE = 0.9996;
const BANDS = "CDEFGHJKLMNPQRSTUVWX";
const COLUMNS = ["ABCDEFGH", "JKLMNPQR", "STUVWXYZ"];
const ROWS = "ABCDEFGHJKLMNPQRSTUV";

function zoneOf(latDeg: number, lonDeg: number): number {
  if (latDeg >= 56 && latDeg < 64 && lonDeg >= 3 && lonDeg < 12) return 32;
  if (latDeg >= 72 && lonDeg >= 0 && lonDeg < 42) return lonDeg < 9 ? 31 : lonDeg < 21 ? 33 : lonDeg < 33 ? 35 : 37;
  return Math.min(60, Math.floor((lonDeg + 180) / 6) + 1);
}

/** Return easting and northing [m] of the transverse Mercator projection of UTM. Source: Karney, Transverse Mercator with an accuracy of a few nanometers, J. Geodesy 85 (2011), eqs. 7 to 13. */
export function utm(latDeg: number, lonDeg: number, zone: number): [number, number] {
  const phi = latDeg * RAD;
  const lambda = (lonDeg - (zone * 6 - 183)) * RAD;
  const tau = Math.tan(phi);
  const sigma = Math.sinh(E * Math.atanh((E * tau) / Math.hypot(1, tau)));
  const conformal = tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau);
  const xi = Math.atan2(conformal, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)));
  let [north, east] = [xi, eta];
  ALPHA.forEach((alpha, i) => {
    const j = 2 * (i + 1);
    north += alpha * Math.sin(j * xi) * Math.cosh(j * eta);
    east += alpha * Math.cos(j * xi) * Math.sinh(j * eta);
  });
  return [500_000 + SCALE * RECTIFYING_M * east, (latDeg < 0 ? 10_000_000 : 0) + SCALE * RECTIFYING_M * north];
}

/** Return the MGRS of a place to the metre, in groups; empty near the poles, where it has other letters. */
export function mgrs(latDeg: number, lonDeg: number): string {
  if (latDeg < -80 || latDeg > 84) return "";
  const zone = zoneOf(latDeg, lonDeg);
  const [east, north] = utm(latDeg, lonDeg, zone);
  const band = BANDS[Math.min(19, Math.floor((latDeg + 80) / 8))]!;
  const column = COLUMNS[(zone - 1) % 3]![Math.floor(east / 100_000) - 1] ?? "";
  const row = ROWS[(Math.floor(north / 100_000) + (zone % 2 === 0 ? 5 : 0)) % 20]!;
  const digits = (metres: number): string => String(Math.floor(metres % 100_000)).padStart(5, "0");
  return `${zone}${band} ${column}${row} ${digits(east)} ${digits(north)}`;
}
