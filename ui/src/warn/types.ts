/** A warning to the public as the server writes it: what is drafted, what was approved, and what became of it. */

import type { LonLat } from "../geo";
import type { Level, Maybe } from "../trackmodel";

export type Fate = "trying" | "delivered" | "failed" | "given_up";
/** A closed ring: its first corner comes again at the end. */
export type Ring = LonLat[];

export interface WarningText {
  /** BCP 47: lt, en. */
  language: string;
  headline: string;
  description: string;
  instruction: string;
  area: string;
}
export interface WarningContent {
  level: Level;
  rings: Ring[];
  texts: WarningText[];
  expires_s: number;
}
/** Somebody or something that a target may come near; the arrival as its 10th, 50th and 90th percentile. */
export interface InTheWay {
  kind: "town" | "municipality" | "point";
  name: string;
  country: string;
  lat_deg: number;
  lon_deg: number;
  probability: number;
  arrival_s: [number, number, number];
  population?: Maybe<number>;
  what?: string;
}
export interface Draft {
  incident_id: string;
  made_s: number;
  content: WarningContent;
  in_the_way?: InTheWay[];
  area_m2?: number;
  population?: number;
  track_ids?: number[];
  why?: string[];
}
export interface EditedDraft {
  officer: string;
  time_s: number;
  content: WarningContent;
}
export interface Approval {
  officer: string;
  time_s: number;
}
export interface Delivery {
  channel: string;
  fate: Fate;
  n_attempts: number;
  time_s: number;
  text?: string;
  stands_in_for?: string;
}
export interface PublicWarning {
  warning_id: string;
  incident_id: string;
  kind: "alert" | "update" | "cancel";
  content: WarningContent;
  references?: string[];
  approvals?: Approval[];
  n_needed?: number;
  sent_s?: Maybe<number>;
  sent_by?: string;
  withdrawn_s?: Maybe<number>;
  deliveries?: Delivery[];
  override?: string;
  is_exercise?: boolean;
}
export interface WarningState {
  edited?: Maybe<EditedDraft>;
  revision?: number;
  warnings?: PublicWarning[];
}
/** When each step of an incident was first reached; null if it was not yet. */
export interface DecisionClock {
  first_report_s: number;
  first_track_s?: Maybe<number>;
  first_alarm_s?: Maybe<number>;
  acknowledged_s?: Maybe<number>;
  drafted_s?: Maybe<number>;
  approved_s?: Maybe<number>;
  sent_s?: Maybe<number>;
  delivered_s?: Maybe<number>;
}
/** A track that can still be flying: where it was, how fast, until when it can, and who would have seen it go on. */
export interface LostTrack {
  track_id: number;
  last_report_s: number;
  lat_deg: number;
  lon_deg: number;
  speed_mps: number;
  course_deg: number;
  flies_until_s: number;
  kind?: string;
  sensors?: string[];
}
/** What may have become of a lost track: probabilities that add up to one; `never`: it was no aircraft at all. */
export interface Hypotheses {
  track_id: number;
  last_report_s: number;
  flying: number;
  left: number;
  landed: number;
  crashed: number;
  never?: number;
  flies_until_s?: Maybe<number>;
  text?: string;
}
export interface ChannelHealth {
  channel: string;
  is_alive: boolean;
  changed_s: number;
  text?: string;
  last_delivered_s?: Maybe<number>;
}
export interface DraftChange {
  incident_id: string;
  draft: Maybe<Draft>;
}

export type WarningDecision =
  | { action: "edit_warning"; officer: string; incident_id: string; revision: number; content: WarningContent | null }
  | { action: "approve_warning"; officer: string; incident_id: string; revision: number; content: WarningContent; override?: string }
  | { action: "countersign_warning" | "send_warning"; officer: string; incident_id: string; warning_id: string }
  | { action: "withdraw_warning"; officer: string; incident_id: string; warning_id: string; text?: string };

/** Return the warning that has an approval and was neither sent nor withdrawn. */
export function pendingOf(state: Maybe<WarningState>): PublicWarning | null {
  return (state?.warnings ?? []).filter((one) => one.sent_s == null && one.withdrawn_s == null).at(-1) ?? null;
}

/** Return the newest warning that left. */
export function lastSent(state: Maybe<WarningState>): PublicWarning | null {
  return (state?.warnings ?? []).filter((one) => one.sent_s != null).at(-1) ?? null;
}

/** Return the warning that the public has been given and that still holds. */
export function inForce(state: Maybe<WarningState>, nowS: number): PublicWarning | null {
  const last = lastSent(state);
  return last === null || last.content.level === "white" || last.content.expires_s <= nowS ? null : last;
}

export const isApproved = (warning: PublicWarning): boolean => (warning.approvals ?? []).length >= (warning.n_needed ?? 1);
