/** The register as the server tells it: what stands at its default is left out. */

export const OBJECT_TYPES = [
  "attack_drone", "decoy_drone", "reconnaissance_drone", "small_drone", "drone", "cruise_missile", "missile", "balloon", "aircraft", "helicopter", "unknown", "other",
] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];
export const OUTCOMES = ["left", "crashed", "exploded", "shot_down", "landed", "drifted_on", "lost", "no_incursion", "unknown"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const CASE_STATES = ["open", "under_investigation", "closed", "unknown"] as const;
export type CaseState = (typeof CASE_STATES)[number];
export type Precision = "second" | "minute" | "hour" | "day" | "month" | "year";

export interface Source {
  address: string;
  publisher?: string;
  author?: string;
  published?: string;
  language?: string;
  quotation?: string;
  reliability?: string;
  credibility?: string;
}
export interface RegisterRecord {
  record_id: string;
  title: string;
  began_s: number;
  precision?: Precision;
  ended_s?: number | null;
  countries: string[];
  place?: string;
  lat_deg?: number | null;
  lon_deg?: number | null;
  sd_m?: number | null;
  object_type?: ObjectType;
  model?: string;
  n_min?: number;
  n_max?: number;
  origin?: string;
  origin_said?: string;
  has_explosives?: boolean | null;
  outcome?: Outcome;
  state?: CaseState;
  text?: string;
  doubts?: string;
  sources?: Source[];
  from_watch?: string;
}
export interface RegisterPage {
  records: RegisterRecord[];
  n_found: number;
  next_offset?: number | null;
}
export type StatisticsKey = "year" | "month" | "country" | "type" | "origin" | "outcome" | "state";
export interface Row {
  keys: string[];
  n_incidents: number;
  n_min: number;
  n_max: number;
}
export interface Statistics {
  by: StatisticsKey[];
  rows: Row[];
  n_incidents: number;
  n_min: number;
  n_max: number;
  n_unplaced: number;
  n_origin_unknown: number;
  n_outcome_unknown: number;
  n_explosives_unknown: number;
}
export interface Imported {
  n_new: number;
  n_changed: number;
  n_same: number;
  n_refused: number;
  refused: string[];
  entries: number[];
}
export type RegisterDecision = { action: "strike_record"; officer: string; record_id: string; text: string };
