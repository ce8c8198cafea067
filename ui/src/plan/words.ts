/** A search plan in figures and words that a search leader reads aloud; unknown is said, never zero. */

import { percent, words } from "../format";
import type { Clue, SearchPlan, SearchSettings, Sector } from "./types";

/** Return an area in hectares below a square kilometre, in square kilometres above, to two digits that mean something. */
export function area(squareMetres: number): string {
  if (squareMetres < 995_000) return `${significant(squareMetres / 10_000)} ha`;
  return `${significant(squareMetres / 1_000_000)} km²`;
}

function significant(value: number): string {
  if (value >= 100) return String(Math.round(value / 10) * 10);
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

/** Return hours of work: in minutes below an hour and a half. */
export function hours(value: number): string {
  if (value < 1.5) return `${Math.max(1, Math.round(value * 60))} min`;
  return value < 9.95 ? `${value.toFixed(1)} h` : `${Math.round(value)} h`;
}

/** Return a small probability with a digit that tells sectors apart: 0.8 %, 4.2 %, 12 %. */
export function chance(probability: number): string {
  if (probability > 0 && probability < 0.0005) return "<0.1 %";
  return probability >= 0.0995 || probability === 0 ? percent(probability) : `${(probability * 100).toFixed(1)} %`;
}

/** Return the area of the contour that holds a share, null if the plan has none. */
export function areaOf(plan: SearchPlan, share: number): number | null {
  return plan.contours.find((contour) => Math.abs(contour.share - share) < 0.001)?.area_m2 ?? null;
}

/** Return "50 % within 12 km², 95 % within 310 km²". */
export function areaLine(plan: SearchPlan): string {
  return [0.5, 0.95].map((share) => [share, areaOf(plan, share)] as const)
    .filter((pair): pair is readonly [number, number] => pair[1] !== null)
    .map(([share, squareMetres]) => `${percent(share)} within ${area(squareMetres)}`).join(", ");
}

/** Return the probability of one fate, null if the plan does not name it. */
export function fate(plan: SearchPlan, id: string): number | null {
  return plan.fates.find((hypothesis) => hypothesis.id === id)?.probability ?? null;
}

/** Return what the effort planned promises: the probability of success, and the hours to the find. */
export function promise(plan: SearchPlan): string {
  if (plan.is_found) return "Found: the search for it is over.";
  if ((plan.settings.assets ?? []).length === 0) return "No team yet: name the teams to see what they can do.";
  const when = plan.expected_h == null ? "" : `; if so, after ${hours(plan.expected_h)} on average`;
  return `${percent(plan.pos)} to find it with the teams named${when}`;
}

/** Return the rule for whoever comes near, with its distance first: it must be read in one glance. */
export function hazardLine(hazardM: number): string {
  const away = hazardM >= 1_000 ? `${(hazardM / 1_000).toFixed(hazardM % 1_000 === 0 ? 0 : 1)} km` : `${Math.round(hazardM)} m`;
  return `Do not touch. Keep ${away} away.`;
}

const CLUE_WORDS: Record<Clue["kind"], string> = {
  bang: "Bang heard", engine_stopped: "Engine heard stopping", smoke: "Smoke seen", sighting: "Seen or heard", debris: "Debris",
  other: "Other", bearing: "Bearing of a sensor", presence: "Heard by a sensor",
};
export const clueWord = (kind: Clue["kind"]): string => CLUE_WORDS[kind] ?? capital(words(kind));

/** Return the place of a clue: its own, or that of the report it came in; null if neither has one. */
export function clueAt(clue: Clue): [number, number] | null {
  const [lon, lat] = [clue.lon_deg ?? clue.report?.lon_deg, clue.lat_deg ?? clue.report?.lat_deg];
  return lon == null || lat == null ? null : [lon, lat];
}

export const clueText = (clue: Clue): string => clue.text || clue.report?.text || "";

/** How far a person trusts a clue, as words: the nearest one is what a figure means. */
export const RELIABILITIES: readonly (readonly [string, number])[] = [["Left out", 0], ["Doubtful", 0.2], ["Likely", 0.6], ["Certain", 0.95]];

export function reliabilityWord(reliability: number): string {
  return RELIABILITIES.reduce((best, pair) => (Math.abs(pair[1] - reliability) < Math.abs(best[1] - reliability) ? pair : best))[0];
}

/** Return how urgent a sector is, 0 the first, 3 the rest: it has a colour, and its rank as a number besides. */
export function tier(rank: number): 0 | 1 | 2 | 3 {
  if (rank <= 1) return 0;
  return rank <= 3 ? 1 : rank <= 8 ? 2 : 3;
}

export const byRank = (a: Sector, b: Sector): number => a.rank - b.rank || a.name.localeCompare(b.name);

export const capital = (text: string): string => (text === "" ? "" : text[0]!.toUpperCase() + text.slice(1));

/** Return the settings with one hypothesis set, or given back to the model where `probability` is null. */
export function withHypothesis(
  settings: SearchSettings, group: "fates" | "conducts", id: string, probability: number | null,
): SearchSettings {
  const { [id]: _, ...others } = settings[group] ?? {};
  return { ...settings, [group]: probability === null ? others : shareOut(others, id, probability) };
}

/** What officers set may not add up to more than one: the others give way in proportion. */
function shareOut(others: Record<string, number>, id: string, probability: number): Record<string, number> {
  const own = Math.min(1, Math.max(0, probability));
  const sum = Object.values(others).reduce((total, share) => total + share, 0);
  const scale = sum + own > 1 ? (1 - own) / sum : 1;
  return { ...Object.fromEntries(Object.entries(others).map(([key, share]) => [key, share * scale])), [id]: own };
}
