/** The evidence on a file: a line each, which opens to its hash, its custody, who saw it, and what can be done with it. */

import { api } from "../../api";
import { selectedIncident, type Desk } from "../../desk";
import { h, rebuild } from "../../dom";
import type { CaseFile, Evidence, Purpose } from "../../file/types";
import { CONDITION_WORDS, dayOf, grade, HANDLING_WORDS, HAZARD_WORDS, isPicture, KIND_WORDS, PURPOSE_WORDS, replacedBy, seenBy, short, size } from "../../file/words";
import { position, utc } from "../../format";
import { copy } from "../search/section";
import { askHandling, askHolder, askReason, showPicture, type Begun } from "./dialogs";

export class EvidenceList {
  readonly element = h("div", { class: "file-evidence", role: "list" });
  private readonly opened = new Set<string>();

  constructor(private readonly desk: Desk, private readonly add: (begun: Begun) => void) {}

  render(file: CaseFile, isPast: boolean, mayRemove: boolean): void {
    const items = file.evidence ?? [];
    rebuild(this.element, JSON.stringify([items, file.n_accesses, file.hold != null, isPast, mayRemove]), () => items.length === 0
      ? [h("p", { class: "sub" }, "Nothing is on the file yet: photographs, what was found, statements, what the papers say.")]
      : [...items].reverse().map((item) => this.row(item, file, isPast, mayRemove)));
  }

  private row(item: Evidence, file: CaseFile, isPast: boolean, mayRemove: boolean): HTMLElement {
    const [word, whom] = HANDLING_WORDS[item.handling ?? "own"];
    const newer = replacedBy(file.evidence ?? [], item.evidence_id);
    const body = h("div", { class: "file-body" });
    const row = h("details", { class: `file-item ${newer === "" ? "" : "is-replaced"}`, open: this.opened.has(item.evidence_id), role: "listitem" },
      h("summary", {}, h("span", { class: "file-id num" }, short(item.evidence_id)), h("span", { class: "file-title" }, h("strong", {}, item.title), h("small", {}, KIND_WORDS[item.kind], newer === "" ? "" : `, replaced by ${short(newer)}`, item.removed_s == null ? "" : ", content removed")),
        h("span", { class: `file-for ${item.handling ?? "own"}`, title: `Who may get it: ${whom}` }, word)),
      body);
    const fill = (): void => {
      if (row.open && body.childElementCount === 0) body.append(...this.body(item, file, isPast, mayRemove));
    };
    row.addEventListener("toggle", () => {
      this.opened[row.open ? "add" : "delete"](item.evidence_id);
      fill();
    });
    fill();
    return row;
  }

  private body(item: Evidence, file: CaseFile, isPast: boolean, mayRemove: boolean): Node[] {
    const facts: [string, Node | string][] = [["Added", `${day(item.added_s)} by ${item.added_by}, entry ${item.entry}`]];
    if (item.happened_s != null) facts.push(["Happened", day(item.happened_s)]);
    if (item.sha256) facts.push(["SHA-256", this.hash(item)], ["Content", `${size(item.n_bytes ?? 0)}, ${item.media_type ?? ""}${item.file_name ? `, “${item.file_name}”` : ""}`]);
    if (item.frames != null) facts.push(["Entries", `${item.frames.first_seq} to ${item.frames.last_seq} of the journal`]);
    facts.push(...sourceFacts(item), ...wreckFacts(item));
    for (const step of item.custody ?? []) facts.push(["Custody", `${step.holder}, since ${day(step.time_s)} (${step.officer})${step.text ? `: ${step.text}` : ""}`]);
    facts.push(["Seen by", seen(file, item)]);
    if (item.removed_s != null) facts.push(["Removed", `${day(item.removed_s)}: ${item.removed_why ?? ""}`]);
    const parts: (HTMLElement | null)[] = [
      item.text ? h("p", { class: "file-text" }, item.text) : null,
      item.source?.quotation ? h("blockquote", {}, item.source.quotation) : null,
      h("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      isPast ? null : h("div", { class: "file-buttons" }, ...this.buttons(item, file, mayRemove)),
    ];
    return parts.filter((one) => one !== null);
  }

  private buttons(item: Evidence, file: CaseFile, mayRemove: boolean): HTMLElement[] {
    const hasContent = item.removed_s == null && (Boolean(item.sha256) || item.frames != null);
    const isThing = item.kind !== "frames" && item.kind !== "open_source";
    const id = item.evidence_id.slice(0, item.evidence_id.lastIndexOf("-"));
    return [
      hasContent && isPicture(item) ? button("Look", () => this.look(item), "quiet small") : null,
      hasContent ? button("Download", () => this.take(item), "quiet small") : null,
      isThing ? button("Hand over…", () => this.handOver(id, item)) : null,
      button("Who may get it…", () => this.handle(id, item)),
      button("Correct…", () => this.add({ replaces: item })),
      hasContent && mayRemove && file.hold == null ? button("Remove…", () => this.remove(id, item)) : null,
    ].filter((one) => one !== null);
  }

  private hash(item: Evidence): HTMLElement {
    const sha256 = item.sha256 ?? "";
    return h("span", {}, h("code", { title: sha256 }, `${sha256.slice(0, 12)}…`), " ", button("Copy", () => copy(this.desk, sha256)));
  }

  private async look(item: Evidence): Promise<void> {
    let content: Blob | null = null;
    await this.fetched(item, "viewed", (blob) => { content = blob; });
    if (content !== null) await showPicture(this.desk, item, content);
  }

  private take(item: Evidence): Promise<void> {
    return this.fetched(item, "downloaded", (blob, name) => {
      const url = URL.createObjectURL(blob);
      const link = h("a", { href: url, download: name });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
  }

  /** Ask for the content; that it was asked for is on the file from then on. */
  private async fetched(item: Evidence, purpose: Purpose, use: (content: Blob, name: string) => void): Promise<void> {
    const id = selectedIncident(this.desk)?.incident_id;
    if (id === undefined) return;
    await this.desk.asOfficer(async (officer) => {
      const { content, name } = await api.evidence(id, item.evidence_id, { isFrames: item.frames != null, purpose, officer });
      use(content, name);
    });
  }

  private async handOver(incident_id: string, item: Evidence): Promise<void> {
    const told = await askHolder(item);
    if (told !== null) await this.desk.decide({ action: "hand_over_evidence", incident_id, evidence_id: item.evidence_id, ...told });
  }

  private async handle(incident_id: string, item: Evidence): Promise<void> {
    const told = await askHandling(item);
    if (told !== null && told.handling !== (item.handling ?? "own")) await this.desk.decide({ action: "handle_evidence", incident_id, evidence_id: item.evidence_id, ...told });
  }

  private async remove(incident_id: string, item: Evidence): Promise<void> {
    const text = await askReason(`Remove the content of ${short(item.evidence_id)} for good?`, "Its hash, its history and who saw it stay on the file. The content itself cannot be had back.", "Remove it", "Why it must not be kept", "danger");
    if (text !== null) await this.desk.decide({ action: "remove_evidence", incident_id, evidence_id: item.evidence_id, text });
  }
}

const button = (label: string, onClick: () => unknown, className = "linklike"): HTMLButtonElement => h("button", { class: className, type: "button", on: { click: () => void onClick() } }, label);

const day = (timeS: number): string => `${dayOf(timeS)} ${utc(timeS)}`;

function sourceFacts({ source }: Evidence): [string, Node | string][] {
  if (source == null) return [];
  const isWeb = /^https?:\/\//.test(source.address);
  const address = isWeb ? h("a", { href: source.address, target: "_blank", rel: "noopener noreferrer" }, source.address) : source.address;
  const by = [source.publisher, source.author, source.published].filter(Boolean).join(", ");
  return [["Published", h("span", {}, address, by ? ` (${by})` : "")], ["Judged", grade(source.reliability, source.credibility)]];
}

function wreckFacts({ wreck }: Evidence): [string, Node | string][] {
  if (wreck == null) return [];
  const facts: [string, Node | string][] = [["Condition", CONDITION_WORDS[wreck.condition ?? "unknown"]], ["Explosives", HAZARD_WORDS[wreck.hazard ?? "unknown"]]];
  if (wreck.lat_deg != null && wreck.lon_deg != null) facts.push(["Where", `${position(wreck.lat_deg, wreck.lon_deg)} ± ${Math.round(wreck.sd_m ?? 20)} m`]);
  if (wreck.found_by) facts.push(["Found by", wreck.found_by]);
  if (wreck.taken_over_by) facts.push(["Taken over by", wreck.taken_over_by]);
  return facts;
}

function seen(file: CaseFile, item: Evidence): string {
  const officers = seenBy(file.accesses ?? [], item.evidence_id);
  if (officers.length === 0) return (file.n_accesses ?? 0) > (file.accesses ?? []).length ? "nobody of late" : "nobody yet";
  const last = (file.accesses ?? []).filter((one) => one.evidence_id === item.evidence_id).at(-1)!;
  return `${officers.map(([name, n]) => (n > 1 ? `${name} (${n} times)` : name)).join(", ")}; last ${last.officer} ${PURPOSE_WORDS[last.purpose]}, ${day(last.time_s)}`;
}
