/** The file in words: kinds, who may get what, the two scales of a report, and what is overdue. */

import { duration } from "../format";
import type { Access, CaseFile, CaseStep, Condition, Evidence, EvidenceKind, Handling, Hazard, StepKind } from "./types";

export const KIND_WORDS: Record<EvidenceKind, string> = {
  photo: "Photograph", recording: "Recording", wreck_finding: "Wreck finding", forensic: "Forensic result", statement: "Statement", open_source: "Published report", document: "Document", frames: "Raw frames", other: "Something else",
};
/** A clear word for each, and whom it means. */
export const HANDLING_WORDS: Record<Handling, readonly [string, string]> = {
  clear: ["Everybody", "may be published"], partners: ["Partners", "allies and other ministries"], own: ["Own", "nobody outside the service"],
};
export const CONDITION_WORDS: Record<Condition, string> = { unknown: "not known", whole: "whole", broken: "broken", burnt: "burnt", exploded: "exploded" };
export const HAZARD_WORDS: Record<Hazard, string> = { unknown: "not known", none_found: "no explosives found", suspected: "explosives suspected", explosive: "explosives", made_safe: "made safe" };
/** The NATO system (STANAG 2511, AJP-2.1): of the source, and of what it says. */
export const RELIABILITY: readonly (readonly [string, string])[] = [
  ["A", "completely reliable"], ["B", "usually reliable"], ["C", "fairly reliable"], ["D", "not usually reliable"], ["E", "unreliable"], ["F", "cannot be judged"],
];
export const CREDIBILITY: readonly (readonly [string, string])[] = [
  ["1", "confirmed by others"], ["2", "probably true"], ["3", "possibly true"], ["4", "doubtful"], ["5", "improbable"], ["6", "cannot be judged"],
];
export const STEP_WORDS: Record<StepKind, string> = {
  search: "Search", secure_wreck: "Secure the wreck", forensics: "Forensics", public_statement: "Public statement", note_to_state: "Note to the other state", answer_of_state: "Answer of the other state", consult_allies: "Consult allies", other: "Something else",
};
export const PURPOSE_WORDS: Record<Access["purpose"], string> = { viewed: "looked at it", downloaded: "took it", exported: "put it into a dossier" };

/** Return the last part of a name: E3 of LT-2025-07-28-01-E3. */
export const short = (name: string): string => name.slice(name.lastIndexOf("-") + 1);

export function size(nBytes: number): string {
  if (nBytes < 1_000) return `${nBytes} bytes`;
  return nBytes < 1e6 ? `${(nBytes / 1e3).toFixed(0)} kB` : `${(nBytes / 1e6).toFixed(1)} MB`;
}

export const grade = (reliability = "F", credibility = "6"): string =>
  `${reliability}${credibility}: source ${wordOf(RELIABILITY, reliability)}, what it says ${wordOf(CREDIBILITY, credibility)}`;

const wordOf = (scale: readonly (readonly [string, string])[], key: string): string => scale.find(([name]) => name === key)?.[1] ?? "not judged";

export const isOverdue = (step: CaseStep, nowS: number): boolean => (step.status ?? "open") === "open" && step.due_s != null && step.due_s < nowS;

export function overdue(file: CaseFile | undefined, nowS: number): CaseStep[] {
  return (file?.steps ?? []).filter((step) => isOverdue(step, nowS));
}

/** Return how a step stands: its word, and the sign that says the same without a colour. */
export function standing(step: CaseStep, nowS: number): readonly ["late" | "open" | "done" | "dropped", string] {
  if (step.status === "done" || step.status === "dropped") return [step.status, step.status === "done" ? "Done" : "Dropped"];
  if (step.due_s == null) return ["open", "No date"];
  return isOverdue(step, nowS) ? ["late", `Overdue by ${duration(nowS - step.due_s)}`] : ["open", `Due in ${duration(step.due_s - nowS)}`];
}

/** Return the steps in the order in which they matter: what is overdue, what comes next, what has ended. */
export function inOrder(steps: readonly CaseStep[]): CaseStep[] {
  const rank = (step: CaseStep): number => (step.status === undefined || step.status === "open" ? 0 : 1);
  return [...steps].sort((a, b) => rank(a) - rank(b) || (a.due_s ?? Infinity) - (b.due_s ?? Infinity) || a.step_id.localeCompare(b.step_id, "en", { numeric: true }));
}

/** Return who saw an item, each once with how often, the newest last. */
export function seenBy(accesses: readonly Access[], evidenceId: string): readonly [string, number][] {
  const counts = new Map<string, number>();
  for (const { officer, evidence_id } of accesses) if (evidence_id === evidenceId) counts.set(officer, (counts.get(officer) ?? 0) + 1);
  return [...counts];
}

/** Return what an item that was replaced was replaced by, "" if it stands. */
export const replacedBy = (evidence: readonly Evidence[], id: string): string => evidence.find((one) => one.replaces === id)?.evidence_id ?? "";

/** True if the stream has left out the oldest items: names count from E1. */
export const isCut = (file: CaseFile | undefined): boolean => file?.evidence?.[0] !== undefined && short(file.evidence[0].evidence_id) !== "E1";

export const isPicture = (one: Evidence): boolean => one.media_type === "image/jpeg" || one.media_type === "image/png";

/** Return the moment of a field that holds UTC, null for none. */
export function fromUtc(value: string): number | null {
  const ms = value === "" ? NaN : Date.parse(value.length === 10 ? `${value}T23:59:59Z` : `${value}Z`);
  return Number.isFinite(ms) ? ms / 1_000 : null;
}

export const dayOf = (timeS: number): string => new Date(timeS * 1_000).toISOString().slice(0, 10);
