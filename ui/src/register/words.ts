/** The register in words a person reads: when, what, how many, from where. */

import { countryName, words } from "../format";
import type { ObjectType, RegisterRecord, StatisticsKey } from "./types";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Return when it was, as precisely as it is known, UTC. */
export function when({ began_s, precision = "day" }: RegisterRecord): string {
  const at = new Date(began_s * 1_000);
  if (precision === "year") return String(at.getUTCFullYear());
  const month = `${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  if (precision === "month") return month;
  const day = `${at.getUTCDate()} ${month}`;
  if (precision === "day") return day;
  const clock = at.toISOString();
  return `${day}, ${precision === "hour" ? `${clock.slice(11, 13)}h` : clock.slice(11, precision === "minute" ? 16 : 19)} UTC`;
}

export function objects(n_min: number, n_max: number): string {
  return n_max > n_min ? `${n_min} to ${n_max}` : String(n_min);
}

/** Return how many of what: "19 to 21 drones of unknown kind". */
export function what({ object_type = "unknown", n_min = 1, n_max = 1 }: RegisterRecord): string {
  const many = objects(n_min, Math.max(n_min, n_max));
  const name = TYPE_WORDS[object_type];
  return many === "1" ? name : `${many} × ${name}`;
}

export const TYPE_WORDS: Record<ObjectType, string> = {
  attack_drone: "attack drone", decoy_drone: "decoy drone", reconnaissance_drone: "reconnaissance drone", small_drone: "small drone",
  drone: "drone, kind not known", cruise_missile: "cruise missile", missile: "missile", balloon: "balloon", aircraft: "aircraft",
  helicopter: "helicopter", unknown: "unknown object", other: "other",
};

/** Return the name of a row of the statistics. */
export function rowName(key: StatisticsKey, value: string): string {
  if (key === "country") return countryName(value);
  if (key === "origin") return value === "unknown" ? "not established" : countryName(value);
  if (key === "type") return TYPE_WORDS[value as ObjectType] ?? words(value);
  return key === "outcome" ? words(value) : value;
}

const RELIABILITY: Record<string, string> = {
  A: "completely reliable", B: "usually reliable", C: "fairly reliable", D: "not usually reliable", E: "unreliable", F: "cannot be judged",
};
const CREDIBILITY: Record<string, string> = {
  1: "confirmed by others", 2: "probably true", 3: "possibly true", 4: "doubtful", 5: "improbable", 6: "cannot be judged",
};

/** Return what a source's rating says. */
export function rating(reliability = "F", credibility = "6"): string {
  return `source ${RELIABILITY[reliability] ?? "cannot be judged"}; report ${CREDIBILITY[credibility] ?? "cannot be judged"}`;
}

/** Return the address if a browser may open it, else null: it may be the name of a paper, or anything at all. */
export function webAddress(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
