/** The one line that somebody on the ground reads first: where they are in the search, and which way to go. */

import { destination, distanceM, type LonLat } from "../geo";
import { compass, distance } from "../format";
import { bearingDeg, sectorAt, wayTo, type Way } from "../plan/sectors";
import type { SearchPlan, Sector } from "../plan/types";

/** So near, a position is too rough to say on which side somebody stands. */
const BESIDE_M = 40;

export interface PlaceLine {
  text: string;
  note: string;
  /** The way to the chosen sector, or to the nearest one; null within it. */
  way: Way | null;
  isDanger: boolean;
}

/** Return what to say to somebody at a place; `chosen` is the sector they are bound for. */
export function placeLine(at: LonLat, plan: SearchPlan, chosen: string): PlaceLine {
  const tooClose = plan.finds.find((find) => distanceM(at, [find.lon_deg, find.lat_deg]) < plan.hazard_m);
  if (tooClose !== undefined) return danger(at, [tooClose.lon_deg, tooClose.lat_deg], plan.hazard_m);
  const here = sectorAt(at, plan.sectors);
  const goal = plan.sectors.find((sector) => sector.name === chosen);
  if (goal !== undefined && here?.name !== goal.name) return bound(at, goal, here);
  if (here !== undefined) return { text: `You are in sector ${here.name}`, note: "", way: null, isDanger: false };
  const nearest = nearestSector(at, plan.sectors);
  if (nearest === undefined) return { text: "The search has no sectors", note: "", way: null, isDanger: false };
  return { text: "You are in no sector", note: `The nearest is ${nearest.sector.name}, ${distance(nearest.way.distanceM)} ${compass(nearest.way.bearingDeg)}`, way: nearest.way, isDanger: false };
}

function danger(at: LonLat, find: LonLat, hazardM: number): PlaceLine {
  const metres = distanceM(at, find);
  const keep = `Keep ${distance(hazardM)} away.`;
  if (metres < BESIDE_M) return { text: "Too close to a find: go back the way you came", note: keep, way: null, isDanger: true };
  const awayDeg = bearingDeg(find, at);
  const way: Way = { distanceM: hazardM - metres, bearingDeg: awayDeg, to: destination(...at, awayDeg, hazardM - metres) };
  return { text: `Too close to a find: go ${compass(awayDeg)}`, note: `It is ${distance(metres)} from here. ${keep}`, way, isDanger: true };
}

function bound(at: LonLat, goal: Sector, here: Sector | undefined): PlaceLine {
  const way = wayTo(at, goal.ring);
  const text = way === null ? `You are in sector ${goal.name}` : `${goal.name} is ${distance(way.distanceM)} ${compass(way.bearingDeg)}`;
  return { text, note: here === undefined ? "" : `You are in sector ${here.name}`, way, isDanger: false };
}

function nearestSector(at: LonLat, sectors: readonly Sector[]): { sector: Sector; way: Way } | undefined {
  let best: { sector: Sector; way: Way } | undefined;
  for (const sector of sectors) {
    const way = wayTo(at, sector.ring);
    if (way !== null && (best === undefined || way.distanceM < best.way.distanceM)) best = { sector, way };
  }
  return best;
}
