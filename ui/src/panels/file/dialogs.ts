/** What is asked before something goes on the file: what it is, who has it, who may get it, and why. */

import type { Desk } from "../../desk";
import { h } from "../../dom";
import type { AddEvidence, CaseStep, Evidence, EvidenceKind, Handling, Offer, StepKind, StepStatus } from "../../file/types";
import { CONDITIONS, EVIDENCE_KINDS, HAZARDS, STEP_KINDS } from "../../file/types";
import { CONDITION_WORDS, CREDIBILITY, dayOf, fromUtc, HANDLING_WORDS, HAZARD_WORDS, KIND_WORDS, RELIABILITY, short, size, STEP_WORDS } from "../../file/words";
import type { Incident } from "../../model";
import { ask } from "../dialogs";

type WithoutOfficer = Omit<AddEvidence, "officer">;
export interface Added {
  decision: WithoutOfficer;
  file: File | null;
}

const text = (label: string, more: Record<string, unknown> = {}): HTMLInputElement => h("input", { type: "text", maxlength: 200, aria: { label }, ...more });
const area = (label: string, more: Record<string, unknown> = {}): HTMLTextAreaElement => h("textarea", { rows: 2, maxlength: 2_000, aria: { label }, ...more });
const labelled = (label: string, ...inputs: (Node | string)[]): HTMLElement => h("label", { class: "field column" }, h("span", {}, label), ...inputs);

function choice<K extends string>(label: string, options: readonly (readonly [K, string])[], chosen: K): HTMLSelectElement {
  const select = h("select", { aria: { label } }, ...options.map(([value, words]) => h("option", { value }, words)));
  select.value = chosen;
  return select;
}

const handlings = (): (readonly [Handling, string])[] => (Object.keys(HANDLING_WORDS) as Handling[]).reverse().map((one) => [one, `${HANDLING_WORDS[one][0]}: ${HANDLING_WORDS[one][1]}`]);

/** What the page already knows of what is to be added. */
export interface Begun {
  kind?: EvidenceKind;
  file?: File;
  title?: string;
  text?: string;
  at?: readonly [number, number];
  foundS?: number;
  foundBy?: string;
  replaces?: Evidence;
}

/** Return what shall go on the file, null if nothing shall. */
export async function askEvidence(incident: Incident, begun: Begun): Promise<Added | null> {
  const old = begun.replaces;
  const kind = choice("Kind", EVIDENCE_KINDS.map((one) => [one, KIND_WORDS[one]] as const), begun.kind ?? old?.kind ?? guess(begun.file));
  const file = h("input", { type: "file", aria: { label: "File" } });
  const dropped = h("p", { class: "sub" }, begun.file === undefined ? "" : `${begun.file.name}, ${size(begun.file.size)}`);
  const title = text("Title", { required: true, placeholder: "What it is, in a line" });
  title.value = begun.title ?? old?.title ?? begun.file?.name ?? "";
  const words = area("Words", { placeholder: "What must be said about it" });
  words.value = begun.text ?? old?.text ?? "";
  const happened = h("input", { type: "datetime-local", step: 1, aria: { label: "When it happened, UTC" } });
  if (begun.foundS !== undefined) happened.value = new Date(begun.foundS * 1_000).toISOString().slice(0, 19);
  const holder = text("Who has the thing", { placeholder: "Who has the thing itself now, if anybody" });
  const handling = choice("Who may get it", handlings(), old?.handling ?? "own");
  const source = sourceFields(old);
  const wreck = wreckFields(begun, old);
  const frames = framesFields(incident);
  const [fileField, holderField] = [h("div", { class: "field column" }, h("span", {}, "File"), begun.file === undefined ? file : dropped), labelled("Holder", holder)];
  const fit = (): void => {
    const chosen = kind.value as EvidenceKind;
    source.element.hidden = !(chosen === "open_source" || chosen === "statement" || chosen === "document");
    source.address.required = chosen === "open_source";
    wreck.element.hidden = chosen !== "wreck_finding";
    frames.element.hidden = chosen !== "frames";
    fileField.hidden = chosen === "frames";
    holderField.hidden = chosen === "frames" || chosen === "open_source";
  };
  kind.addEventListener("change", fit);
  fit();
  const isGiven = await ask(old === undefined ? "Put on the file" : `Instead of ${short(old.evidence_id)}`, [h("div", { class: "file-form" },
    old === undefined ? "" : h("p", {}, `${short(old.evidence_id)} stays on the file; this one is taken from now on.`),
    labelled("What", kind), fileField, labelled("Title", title), labelled("Words", words), source.element, wreck.element, frames.element,
    labelled("Happened (UTC)", happened), holderField, labelled("Who may get it", handling))], "Put it on the file", "on-file");
  if (!isGiven || title.value.trim() === "") return null;
  const chosen = kind.value as EvidenceKind;
  const happenedS = fromUtc(happened.value);
  return {
    file: chosen === "frames" ? null : begun.file ?? file.files?.[0] ?? null,
    decision: {
      action: "add_evidence", incident_id: incident.incident_id, kind: chosen, title: title.value.trim(), text: words.value.trim(), handling: handling.value as Handling,
      ...(happenedS === null ? {} : { happened_s: happenedS }),
      ...(holderField.hidden || holder.value.trim() === "" ? {} : { holder: holder.value.trim() }),
      ...(source.element.hidden || source.address.value.trim() === "" ? {} : { source: source.value() }),
      ...(chosen === "wreck_finding" ? { wreck: wreck.value(happenedS) } : {}),
      ...(chosen === "frames" ? { frames: frames.value() } : {}),
      ...(old === undefined ? {} : { replaces: old.evidence_id }),
    },
  };
}

function guess(file: File | undefined): EvidenceKind {
  if (file === undefined) return "photo";
  if (file.type.startsWith("image/")) return "photo";
  return file.type.startsWith("audio/") || file.type.startsWith("video/") ? "recording" : "document";
}

function sourceFields(old: Evidence | undefined) {
  const address = text("Address", { maxlength: 1_000, placeholder: "https://… or the name and date of a paper" });
  const publisher = text("Publisher", { placeholder: "Publisher" });
  const published = text("Published", { pattern: "\\d{4}(-\\d{2}(-\\d{2})?)?", placeholder: "2025-07-28" });
  const quotation = area("Quotation", { placeholder: "The words that matter, as they stand there" });
  const reliability = choice("Of the source", RELIABILITY.map(([key, word]) => [key, `${key}: ${word}`] as const), "F");
  const credibility = choice("Of what it says", CREDIBILITY.map(([key, word]) => [key, `${key}: ${word}`] as const), "6");
  const was = old?.source;
  if (was != null) {
    [address.value, publisher.value, published.value, quotation.value] = [was.address, was.publisher ?? "", was.published ?? "", was.quotation ?? ""];
    [reliability.value, credibility.value] = [was.reliability ?? "F", was.credibility ?? "6"];
  }
  const element = h("fieldset", { class: "file-group" }, h("legend", {}, "Where it was published"),
    labelled("Address", address), h("div", { class: "file-two" }, labelled("Publisher", publisher), labelled("Date, as printed", published)), labelled("Quotation", quotation),
    h("div", { class: "file-two" }, labelled("The source is", reliability), labelled("What it says is", credibility)));
  const value = (): NonNullable<AddEvidence["source"]> => ({
    address: address.value.trim(), publisher: publisher.value.trim(), published: published.value.trim(), quotation: quotation.value.trim(), reliability: reliability.value, credibility: credibility.value,
  });
  return { element, address, value };
}

function wreckFields(begun: Begun, old: Evidence | undefined) {
  const was = old?.wreck;
  const foundBy = text("Found by", { placeholder: "Who found it" });
  foundBy.value = begun.foundBy ?? was?.found_by ?? "";
  const takenOver = text("Taken over by", { placeholder: "Who took it over" });
  takenOver.value = was?.taken_over_by ?? "";
  const condition = choice("Condition", CONDITIONS.map((one) => [one, CONDITION_WORDS[one]] as const), was?.condition ?? "unknown");
  const hazard = choice("Hazard", HAZARDS.map((one) => [one, HAZARD_WORDS[one]] as const), was?.hazard ?? "unknown");
  const number = (label: string, most: number, value: number | null | undefined): HTMLInputElement => {
    const input = h("input", { type: "number", class: "short", min: -most, max: most, step: "any", placeholder: label, aria: { label } });
    if (value != null) input.value = String(value);
    return input;
  };
  const [lat, lon] = [number("Latitude", 90, begun.at?.[1] ?? was?.lat_deg), number("Longitude", 180, begun.at?.[0] ?? was?.lon_deg)];
  const element = h("fieldset", { class: "file-group" }, h("legend", {}, "What lies there"),
    h("div", { class: "file-two" }, labelled("Condition", condition), labelled("Explosives", hazard)),
    h("div", { class: "file-two" }, labelled("Latitude [°]", lat), labelled("Longitude [°]", lon)),
    h("div", { class: "file-two" }, labelled("Found by", foundBy), labelled("Taken over by", takenOver)));
  const typed = (input: HTMLInputElement): number | null => (input.value === "" || !Number.isFinite(input.valueAsNumber) ? null : input.valueAsNumber);
  const value = (foundS: number | null): NonNullable<AddEvidence["wreck"]> => ({
    found_by: foundBy.value.trim(), taken_over_by: takenOver.value.trim(), condition: condition.value as (typeof CONDITIONS)[number], hazard: hazard.value as (typeof HAZARDS)[number],
    found_s: foundS, lat_deg: typed(lat), lon_deg: typed(lon),
  });
  return { element, value };
}

function framesFields(incident: Incident) {
  const entries = incident.evidence ?? [];
  const number = (label: string, value: number): HTMLInputElement => {
    const input = h("input", { type: "number", class: "short", min: 1, step: 1, aria: { label } });
    input.value = String(value);
    return input;
  };
  const [first, last] = [number("First entry", Math.min(...entries, entries[0] ?? 1)), number("Last entry", Math.max(...entries, 1))];
  const element = h("fieldset", { class: "file-group" }, h("legend", {}, "Entries of the journal"),
    h("p", { class: "sub" }, "From the first to the last entry that the incident stands on: what every sensor sent meanwhile."),
    h("div", { class: "file-two" }, labelled("First", first), labelled("Last", last)));
  return { element, value: () => ({ first_seq: first.valueAsNumber || 1, last_seq: last.valueAsNumber || 1 }) };
}

/** Return a reason, null if there is to be none. */
export async function askReason(title: string, explained: string, confirm: string, label: string, className = ""): Promise<string | null> {
  const reason = area(label, { required: true, rows: 3, autofocus: true, placeholder: label });
  const isGiven = await ask(title, [h("p", {}, explained), reason], confirm, className);
  return isGiven && reason.value.trim() !== "" ? reason.value.trim() : null;
}

export async function askHolder(item: Evidence): Promise<{ holder: string; text: string } | null> {
  const holder = text("Who has it now", { required: true, autofocus: true, placeholder: "Person, service, room" });
  const words = area("State and seal", { placeholder: "In what state, under which seal" });
  const isGiven = await ask(`Hand over ${short(item.evidence_id)}`, [h("p", {}, item.title), labelled("Who has it now", holder), labelled("State and seal", words)], "It is handed over");
  return isGiven && holder.value.trim() !== "" ? { holder: holder.value.trim(), text: words.value.trim() } : null;
}

export async function askHandling(item: Evidence): Promise<{ handling: Handling; text: string } | null> {
  const handling = choice("Who may get it", handlings(), item.handling ?? "own");
  const words = area("Why", { placeholder: "Why" });
  const isGiven = await ask(`Who may get ${short(item.evidence_id)}?`, [h("p", {}, item.title), labelled("Who may get it", handling), labelled("Why", words)], "So be it");
  return isGiven ? { handling: handling.value as Handling, text: words.value.trim() } : null;
}

export interface NewStep {
  kind: StepKind;
  title: string;
  owner: string;
  text: string;
  due_s?: number;
}

/** Return a new step, null if there is to be none; `usual` fills in who usually does it. */
export async function askStep(usual: readonly { kind: StepKind; title: string; owner: string }[], offer?: Offer): Promise<NewStep | null> {
  const kind = choice("What", STEP_KINDS.map((one) => [one, STEP_WORDS[one]] as const), offer?.kind ?? "other");
  const title = text("Title", { required: true, placeholder: "What must be done" });
  const owner = text("Owner", { required: true, placeholder: "Who must do it" });
  const due = h("input", { type: "date", aria: { label: "Due by the end of" } });
  const words = area("Words", { placeholder: "What must be said about it" });
  const fill = (): void => {
    const known = usual.find((one) => one.kind === kind.value);
    if (known !== undefined) [title.value, owner.value] = [known.title, known.owner];
  };
  kind.addEventListener("change", fill);
  if (offer !== undefined) [title.value, owner.value, due.value] = [offer.title, offer.owner, dayOf(offer.due_s)];
  const isGiven = await ask("Something to do", [labelled("What", kind), labelled("Title", title), labelled("Owner", owner), labelled("Due by the end of (UTC)", due), labelled("Words", words)], "Open the step");
  if (!isGiven || title.value.trim() === "" || owner.value.trim() === "") return null;
  const dueS = fromUtc(due.value);
  // An offer that nobody changed keeps its hour.
  const isAsOffered = offer !== undefined && due.value === dayOf(offer.due_s);
  return {
    kind: kind.value as StepKind, title: title.value.trim(), owner: owner.value.trim(), text: words.value.trim(), ...(dueS === null ? {} : { due_s: isAsOffered ? offer.due_s : dueS }),
  };
}

export interface StepChange {
  owner?: string;
  due_s?: number;
  status?: StepStatus;
  documents?: string[];
  text?: string;
}

/** Return how a step changes, null if it does not. */
export async function askChange(step: CaseStep, evidence: readonly Evidence[]): Promise<StepChange | null> {
  const owner = text("Owner", { required: true });
  owner.value = step.owner;
  const due = h("input", { type: "date", aria: { label: "Due by the end of" } });
  due.value = step.due_s == null ? "" : dayOf(step.due_s);
  const status = choice<StepStatus>("Status", [["open", "Open"], ["done", "Done"], ["dropped", "Dropped: it is not needed"]], step.status ?? "open");
  const words = area("Words", { placeholder: "What must be said about it" });
  words.value = step.text ?? "";
  const boxes = evidence.map((one) => [one.evidence_id, h("input", { type: "checkbox" })] as const);
  for (const [id, box] of boxes) box.checked = (step.documents ?? []).includes(id);
  const documents = boxes.length === 0 ? h("p", { class: "sub" }, "Nothing is on the file yet.") : h("div", { class: "file-documents" }, ...boxes.map(([id, box], k) => h("label", { class: "switch" }, box, h("span", {}, `${short(id)} ${evidence[k]!.title}`))));
  const isGiven = await ask(`${short(step.step_id)}: ${step.title}`, [h("div", { class: "file-form" },
    labelled("Status", status), labelled("Owner", owner), labelled("Due by the end of (UTC)", due), labelled("Words", words), h("div", { class: "field column" }, h("span", {}, "Documents"), documents))], "Keep it so");
  if (!isGiven) return null;
  const dueS = fromUtc(due.value);
  const chosen = boxes.filter(([, box]) => box.checked).map(([id]) => id);
  const isSame = chosen.length === (step.documents ?? []).length && chosen.every((id) => step.documents?.includes(id));
  return {
    ...(owner.value.trim() === step.owner || owner.value.trim() === "" ? {} : { owner: owner.value.trim() }),
    ...(dueS === null || (step.due_s != null && due.value === dayOf(step.due_s)) ? {} : { due_s: dueS }),
    ...(status.value === (step.status ?? "open") ? {} : { status: status.value as StepStatus }),
    ...(isSame ? {} : { documents: chosen }),
    ...(words.value.trim() === (step.text ?? "") || words.value.trim() === "" ? {} : { text: words.value.trim() }),
  };
}

/** Show a picture; its address is let go of when it is closed. */
export async function showPicture(desk: Desk, item: Evidence, content: Blob): Promise<void> {
  const url = URL.createObjectURL(content);
  const form = h("form", { method: "dialog" }, h("h2", {}, `${short(item.evidence_id)}: ${item.title}`), h("img", { src: url, alt: item.title, class: "file-picture" }),
    h("p", { class: "sub" }, `That you looked at it is on the file. SHA-256 ${item.sha256 ?? ""}`), h("div", { class: "buttons" }, h("button", { class: "primary", type: "submit" }, "Close")));
  const dialog = h("dialog", { class: "file-shown" }, form);
  dialog.addEventListener("close", () => {
    URL.revokeObjectURL(url);
    dialog.remove();
    desk.redraw();
  });
  document.body.append(dialog);
  dialog.showModal();
}
