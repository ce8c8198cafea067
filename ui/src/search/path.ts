/** The path of somebody who searches: which fixes are kept, where it breaks, and how it is sent. */

import { distanceM, type LonLat } from "../geo";
import { lengthM, simplified } from "../plan/sectors";

export interface Fix {
  ms: number;
  at: LonLat;
  accuracyM: number;
}

const ACCURACY_MAX_M = 60;
const STEP_MIN_M = 5;
/** No fix for so long, and so far off then: somebody drove, or the phone slept; the line between was not searched. */
const GAP_MS = 120_000;
const GAP_M = 150;
const TOLERANCE_M = 4;
/** What one letter may carry; a server takes little more in one decision. */
export const LETTER_BYTES = 11_000;

/** Return whether a fix is worth keeping after the last one: good enough, and moved by more than it is wrong about. */
export function isKept(fix: Fix, last: Fix | undefined): boolean {
  if (fix.accuracyM > ACCURACY_MAX_M) return false;
  return last === undefined || distanceM(last.at, fix.at) >= Math.max(STEP_MIN_M, Math.min(fix.accuracyM, last.accuracyM) / 2);
}

/** Return the paths of the fixes: one, or more where it broke off. */
export function pathsOf(fixes: readonly Fix[]): LonLat[][] {
  const paths: LonLat[][] = [];
  let last: Fix | undefined;
  for (const fix of fixes) {
    const isBroken = last === undefined || (fix.ms - last.ms > GAP_MS && distanceM(last.at, fix.at) > GAP_M);
    if (isBroken) paths.push([]);
    paths.at(-1)!.push(fix.at);
    last = fix;
  }
  return paths.filter((path) => path.length > 1);
}

export const walkedM = (fixes: readonly Fix[]): number => pathsOf(fixes).reduce((sum, path) => sum + lengthM(path), 0);

/** Return the paths thinned and rounded to a decimetre, in lots that each fit into one letter. */
export function lots(paths: readonly LonLat[][], maxBytes = LETTER_BYTES): LonLat[][][] {
  const out: LonLat[][][] = [];
  let [lot, size] = [[] as LonLat[][], 0];
  for (const path of paths) {
    let piece: LonLat[] = [];
    for (const [lon, lat] of simplified(path, TOLERANCE_M)) {
      const corner: LonLat = [Number(lon.toFixed(6)), Number(lat.toFixed(6))];
      const bytes = JSON.stringify(corner).length + 3;
      if (size + bytes > maxBytes && piece.length > 1) {
        out.push([...lot, piece]);
        // The next lot begins where this one ends: no stretch between them is left out.
        [lot, size, piece] = [[], JSON.stringify(piece.at(-1)).length + 3, [piece.at(-1)!]];
      }
      piece.push(corner);
      size += bytes;
    }
    if (piece.length > 1) lot = [...lot, piece];
  }
  return lot.length > 0 ? [...out, lot] : out;
}
