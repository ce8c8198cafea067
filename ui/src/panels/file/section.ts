/** The file of an incident: what is on it, who has and who saw it, what holds it, and what is still to be done. */

import { api } from "../../api";
import { selectedIncident, type Desk, type Proposal } from "../../desk";
import { deny, h, icon, rebuild, setText } from "../../dom";
import type { CaseFile, CaseStep, CaseWork, Evidence, Offer } from "../../file/types";
import { dayOf, inOrder, isCut, overdue, short, standing, STEP_WORDS } from "../../file/words";
import { utc } from "../../format";
import { may } from "../../me";
import type { Incident } from "../../model";
import { askChange, askEvidence, askReason, askStep, type Begun } from "./dialogs";
import { EvidenceList } from "./evidence";

const SIGNS = { late: "M12 3 22 20H2Z M12 10v4 M12 17h.01", open: "M12 4a8 8 0 1 0 0 16 8 8 0 1 0 0-16", done: "M5 12.500l5 5 9-11", dropped: "M6 6l12 12 M18 6 6 18" } as const;

export class FileSection {
  readonly element: HTMLDetailsElement;
  private readonly tally = h("span", { class: "file-tally" });
  private readonly hold = h("div", { class: "file-hold" });
  private readonly offers = h("div", { class: "file-offers" });
  private readonly steps = h("div", { class: "file-steps" });
  private readonly evidence: EvidenceList;
  private readonly adding = h("div", { class: "file-add" });
  private readonly sending = h("p", { class: "sub", role: "status" });
  private shownId = "";
  /** What the stream leaves out of a large file, as it was fetched for that state. */
  private whole: { key: string; file: CaseFile } | null = null;
  private work: CaseWork = { offered: [], usual: [] };
  private asked = "";

  constructor(private readonly desk: Desk) {
    this.evidence = new EvidenceList(desk, (begun) => void this.add(begun));
    this.element = h("details", { class: "fold file" },
      h("summary", {}, h("h3", {}, "File"), this.tally),
      h("div", { class: "fold-body" }, this.hold, this.steps, this.offers, this.evidence.element, this.adding, this.sending));
    this.element.addEventListener("toggle", () => this.desk.redraw());
    this.takeDrops();
  }

  render(incident: Incident): void {
    const file = this.fileOf(incident);
    const nowS = this.desk.picture.nowS();
    if (this.shownId !== incident.incident_id) {
      this.shownId = incident.incident_id;
      this.element.open = overdue(file, nowS).length > 0;
      [this.asked, this.work] = ["", { offered: [], usual: [] }];
      setText(this.sending, "");
    }
    this.renderTally(file, nowS, incident.incident_id);
    if (!this.element.open) return;
    this.fetch(incident);
    const isPast = this.desk.view === "replay";
    this.renderHold(incident, file, isPast);
    this.renderSteps(file, nowS, isPast);
    this.renderOffers(incident, isPast);
    this.evidence.render(file, isPast, may(this.desk.me, "supervise"));
    rebuild(this.adding, String(isPast), () => isPast ? [] : [
      this.button("Add evidence…", () => this.add({})), this.button("Something to do…", () => this.open()),
      h("p", { class: "sub" }, "Or drop a file here. Whatever is added is kept as it is, with its SHA-256, under your name."),
    ]);
    if (!may(this.desk.me, "investigate")) deny(this.element.querySelector(".fold-body")!, `You are signed in as ${this.desk.me.name}, who may not work on files.`);
  }

  private fileOf(incident: Incident | undefined): CaseFile {
    const file = incident?.file ?? {};
    return this.whole !== null && incident !== undefined && this.whole.key.startsWith(`${incident.incident_id} `) && isCut(file) ? this.whole.file : file;
  }

  private renderTally(file: CaseFile, nowS: number, id: string): void {
    const [nItems, nLate, nOpen] = [nameCount(file), overdue(file, nowS).length, (file.steps ?? []).filter((step) => (step.status ?? "open") === "open").length];
    rebuild(this.tally, JSON.stringify([id, nItems, nLate, nOpen, file.hold != null]), () => [
      nItems > 0 ? h("span", {}, `${nItems} ${nItems === 1 ? "item" : "items"}`) : null,
      nOpen > 0 && nLate === 0 ? h("span", {}, `${nOpen} to do`) : null,
      nLate > 0 ? h("span", { class: "file-late" }, icon(SIGNS.late), `${nLate} overdue`) : null,
      file.hold != null ? h("span", { class: "file-held" }, "on hold") : null,
    ]);
  }

  private renderHold(incident: Incident, file: CaseFile, isPast: boolean): void {
    const { hold } = file;
    const mayRelease = may(this.desk.me, "supervise");
    rebuild(this.hold, JSON.stringify([incident.incident_id, hold, isPast, mayRelease]), () => hold == null
      ? [h("span", { class: "sub" }, "Not on hold: contents are kept as long as the configuration says."), isPast ? null : this.button("Hold it…", () => this.holdIt(incident.incident_id), "linklike")]
      : [h("div", {}, h("strong", {}, "On hold: nothing may be removed"), h("p", { class: "sub" }, `${hold.reason} (${hold.officer}, ${day(hold.since_s)})`)), isPast || !mayRelease ? null : this.button("Release…", () => this.release(incident.incident_id), "linklike")]);
  }

  private renderSteps(file: CaseFile, nowS: number, isPast: boolean): void {
    const steps = inOrder(file.steps ?? []);
    rebuild(this.steps, JSON.stringify([steps, Math.floor(nowS / 60), isPast]), () => steps.map((step) => this.stepRow(step, nowS, isPast, file.evidence ?? [])));
  }

  private stepRow(step: CaseStep, nowS: number, isPast: boolean, evidence: readonly Evidence[]): HTMLElement {
    const [how, word] = standing(step, nowS);
    const documents = step.documents ?? [];
    const sub = [STEP_WORDS[step.kind], step.owner, step.due_s == null ? "" : `due ${day(step.due_s)}`, step.ended_by ? `${word.toLowerCase()} by ${step.ended_by}` : "", documents.length > 0 ? documents.map(short).join(", ") : ""];
    return h("article", { class: `file-step ${how}` },
      h("span", { class: "file-sign", title: word }, icon(SIGNS[how])),
      h("div", {}, h("strong", {}, step.title), h("p", { class: "sub" }, h("span", { class: "file-word" }, word), " · ", sub.filter(Boolean).join(" · ")), step.text ? h("p", { class: "file-text" }, step.text) : null),
      isPast ? null : h("div", { class: "file-buttons" },
        how === "late" || how === "open" ? this.button("Done", () => this.change(step, { status: "done" }), "linklike") : null,
        this.button("Change…", () => this.changeStep(step, evidence), "linklike")));
  }

  private renderOffers(incident: Incident, isPast: boolean): void {
    const { offered } = this.work;
    const finds = wreckFinds(incident);
    rebuild(this.offers, JSON.stringify([incident.incident_id, offered, finds, isPast]), () => isPast || (offered.length === 0 && finds.length === 0) ? [] : [
      ...finds.map((find) => h("div", { class: "file-offer" },
        h("span", {}, `Found: ${find.what.replaceAll("_", " ")} at ${utc(find.time_s)} by ${find.by}`),
        this.button("Put it on the file…", () => this.add({ kind: "wreck_finding", title: `Found: ${find.what.replaceAll("_", " ")}`, text: find.text ?? "", at: [find.lon_deg, find.lat_deg], foundS: find.time_s, foundBy: find.by }), "linklike"))),
      offered.length === 0 ? null : h("p", { class: "sub" }, "Usually done in such a case:"),
      ...offered.map((offer) => h("div", { class: "file-offer" },
        h("span", {}, offer.title, h("small", {}, `${offer.owner}, due ${day(offer.due_s)}`)), this.button("Open…", () => this.open(offer), "linklike"))),
    ]);
  }

  /** Ask for what the stream does not carry, once for every state of the file. */
  private fetch(incident: Incident): void {
    const file = incident.file ?? {};
    const key = `${incident.incident_id} ${incident.changed_s} ${file.n_accesses ?? 0} ${(file.steps ?? []).length}`;
    if (this.asked === key || this.desk.view === "replay") return;
    this.asked = key;
    const isCurrent = (): boolean => this.asked === key;
    void api.caseWork(incident.incident_id).then((work) => {
      if (!isCurrent()) return;
      this.work = work;
      this.desk.redraw();
    }, () => undefined);
    if (!isCut(file)) return;
    void api.incident(incident.incident_id).then((whole) => {
      if (!isCurrent()) return;
      this.whole = { key, file: whole.file ?? {} };
      this.desk.redraw();
    }, () => undefined);
  }

  private async add(begun: Begun): Promise<void> {
    const incident = selectedIncident(this.desk);
    if (incident === undefined) return;
    const added = await askEvidence(incident, begun);
    if (added === null) return;
    const { file, decision } = added;
    setText(this.sending, file === null ? "" : `Handing in ${file.name}…`);
    await this.desk.asOfficer(async (officer) => {
      const content = file === null ? {} : { ...(await api.handIn(file)), file_name: file.name.slice(-200) };
      await api.decide({ ...decision, ...content, officer });
    });
    setText(this.sending, "");
  }

  private async open(offer?: Offer): Promise<void> {
    const id = selectedIncident(this.desk)?.incident_id;
    if (id === undefined) return;
    const step = await askStep(this.work.usual, offer);
    if (step !== null) await this.desk.decide({ action: "open_step", incident_id: id, ...step });
  }

  private async changeStep(step: CaseStep, evidence: readonly Evidence[]): Promise<void> {
    const change = await askChange(step, evidence);
    if (change !== null && Object.keys(change).length > 0) await this.change(step, change);
  }

  private async change(step: CaseStep, change: Partial<Extract<Proposal, { action: "change_step" }>>): Promise<void> {
    const id = step.step_id.slice(0, step.step_id.lastIndexOf("-"));
    await this.desk.decide({ action: "change_step", incident_id: id, step_id: step.step_id, seen_entry: step.entry ?? 0, ...change });
  }

  private async holdIt(id: string): Promise<void> {
    const text = await askReason("Hold the incident?", "Nothing on its file is removed any more, whatever the configuration says about how long contents are kept, until somebody releases it.", "Hold it", "Who asked for it, and why");
    if (text !== null) await this.desk.decide({ action: "hold_incident", incident_id: id, text });
  }

  private async release(id: string): Promise<void> {
    const text = await askReason("Release the incident?", "What is on its file may be removed again when its time is over.", "Release it", "Why it may be removed again", "danger");
    if (text !== null) await this.desk.decide({ action: "release_incident", incident_id: id, text });
  }

  private button(label: string, onClick: () => unknown, className = "quiet small"): HTMLButtonElement {
    return h("button", { class: className, type: "button", on: { click: () => void onClick() } }, label);
  }

  private takeDrops(): void {
    const over = (isOver: boolean) => (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files") || this.desk.view === "replay" || !may(this.desk.me, "investigate")) return;
      event.preventDefault();
      this.element.classList.toggle("is-over", isOver);
    };
    this.element.addEventListener("dragover", over(true));
    this.element.addEventListener("dragleave", over(false));
    this.element.addEventListener("drop", (event) => {
      over(false)(event);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined && event.defaultPrevented) void this.add({ file });
    });
  }
}

/** Return how many items there are in all: the stream may leave out the oldest, but names count from E1. */
function nameCount(file: CaseFile): number {
  const last = file.evidence?.at(-1);
  return last === undefined ? 0 : Number(short(last.evidence_id).slice(1)) || file.evidence!.length;
}

/** Return the finds of the search that are no wreck finding on the file yet. */
function wreckFinds(incident: Incident) {
  const known = (incident.file?.evidence ?? []).filter((one) => one.wreck != null).map(({ wreck }) => `${wreck!.lat_deg} ${wreck!.lon_deg}`);
  return (incident.search?.finds ?? []).filter((find) => !known.includes(`${find.lat_deg} ${find.lon_deg}`));
}

const day = (timeS: number): string => dayOf(timeS);
