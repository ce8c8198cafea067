/** The file of an incident as the server writes it: evidence with who has and who saw it, a hold, what is to be done. */

import type { Maybe } from "../trackmodel";

export const EVIDENCE_KINDS = ["photo", "recording", "wreck_finding", "forensic", "statement", "open_source", "document", "frames", "other"] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];
export type Handling = "clear" | "partners" | "own";
export const CONDITIONS = ["unknown", "whole", "broken", "burnt", "exploded"] as const;
export const HAZARDS = ["unknown", "none_found", "suspected", "explosive", "made_safe"] as const;
export type Condition = (typeof CONDITIONS)[number];
export type Hazard = (typeof HAZARDS)[number];
export const STEP_KINDS = ["search", "secure_wreck", "forensics", "public_statement", "note_to_state", "answer_of_state", "consult_allies", "other"] as const;
export type StepKind = (typeof STEP_KINDS)[number];
export type StepStatus = "open" | "done" | "dropped";
export type Purpose = "viewed" | "downloaded" | "exported";

export interface Span {
  first_seq: number;
  last_seq: number;
}
export interface Source {
  address: string;
  publisher?: string;
  author?: string;
  published?: string;
  retrieved_s?: Maybe<number>;
  language?: string;
  quotation?: string;
  reliability?: string;
  credibility?: string;
}
export interface WreckFinding {
  found_by?: string;
  found_s?: Maybe<number>;
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
  sd_m?: number;
  condition?: Condition;
  hazard?: Hazard;
  taken_over_by?: string;
}
export interface CustodyStep {
  time_s: number;
  officer: string;
  holder: string;
  entry: number;
  text?: string;
}
export interface Access {
  time_s: number;
  officer: string;
  evidence_id: string;
  purpose: Purpose;
  entry: number;
}
export interface Evidence {
  evidence_id: string;
  kind: EvidenceKind;
  title: string;
  added_s: number;
  added_by: string;
  entry: number;
  text?: string;
  happened_s?: Maybe<number>;
  handling?: Handling;
  sha256?: string;
  n_bytes?: number;
  media_type?: string;
  file_name?: string;
  frames?: Maybe<Span>;
  source?: Maybe<Source>;
  wreck?: Maybe<WreckFinding>;
  custody?: CustodyStep[];
  replaces?: string;
  removed_s?: Maybe<number>;
  removed_why?: string;
}
export interface CaseStep {
  step_id: string;
  kind: StepKind;
  title: string;
  owner: string;
  opened_s: number;
  opened_by: string;
  due_s?: Maybe<number>;
  status?: StepStatus;
  ended_s?: Maybe<number>;
  ended_by?: string;
  text?: string;
  documents?: string[];
  /** The decision that changed it last. */
  entry?: number;
}
export interface Hold {
  since_s: number;
  officer: string;
  reason: string;
}
export interface CaseFile {
  evidence?: Evidence[];
  accesses?: Access[];
  n_accesses?: number;
  steps?: CaseStep[];
  hold?: Maybe<Hold>;
}

/** A step that is usually needed, and when it would be due. */
export interface Offer {
  kind: StepKind;
  title: string;
  owner: string;
  due_s: number;
}
export interface CaseWork {
  offered: Offer[];
  usual: { kind: StepKind; title: string; owner: string }[];
}
/** A content that was handed in. */
export interface Content {
  sha256: string;
  n_bytes: number;
  media_type: string;
}

interface OnIncident {
  officer: string;
  incident_id: string;
}
export interface AddEvidence extends OnIncident {
  action: "add_evidence";
  kind: EvidenceKind;
  title: string;
  text?: string;
  happened_s?: number | null;
  handling?: Handling;
  sha256?: string;
  n_bytes?: number;
  media_type?: string;
  file_name?: string;
  frames?: Span;
  source?: Source;
  wreck?: WreckFinding;
  holder?: string;
  replaces?: string;
}
export interface ChangeStep extends OnIncident {
  action: "change_step";
  step_id: string;
  owner?: string;
  due_s?: number;
  status?: StepStatus;
  documents?: string[];
  text?: string;
  seen_entry?: number;
}
export type FileDecision =
  | AddEvidence
  | ChangeStep
  | (OnIncident & { action: "hand_over_evidence"; evidence_id: string; holder: string; text?: string })
  | (OnIncident & { action: "handle_evidence"; evidence_id: string; handling: Handling; text?: string })
  | (OnIncident & { action: "remove_evidence"; evidence_id: string; text: string })
  | (OnIncident & { action: "hold_incident" | "release_incident"; text: string })
  | (OnIncident & { action: "open_step"; kind: StepKind; title: string; owner: string; due_s?: number; text?: string });
