/** One incident: what happened, since when, why it is believed, and what the officer does with it. */

import { deny, h, rebuild, setText } from "../dom";
import { selectedIncident, type Desk } from "../desk";
import { distance, duration, percent, position, stopwatch, utc, words, countryName } from "../format";
import { alarmId, placeOfIncident } from "../alarm/order";
import { DISPOSITIONS, type Crossing, type Disposition, type Finding, type Incident } from "../model";
import { nameOf } from "../map/tracks";
import { Seen } from "../seen";
import { ClockStrip } from "./clockstrip";
import { Fates } from "./fates";
import { DossierButton } from "./dossier";
import { FileSection } from "./file/section";
import { SearchButton } from "./search/panel";
import { levelBadge, prioritySign } from "./signs";
import { WarningButton } from "./warning/panel";

const REASONS_SHOWN = 6;
/** What has happened stands above what is likely. */
const SEVERITY = ["red", "yellow", "info"];

/** The reasons grow at the end: the newest say most, the timeline keeps all. */
function newest(reasons: string[]): string[] {
  const n = reasons.length - REASONS_SHOWN;
  return n > 0 ? [`${n} earlier, in the timeline`, ...reasons.slice(n)] : reasons;
}

export class IncidentPanel {
  readonly element = h("div", { class: "detail-body incident" });
  private shownId = "";
  private readonly badge = h("div", { class: "detail-badge" });
  private readonly title = h("h2", { class: "detail-title" });
  private readonly clock = h("div", { class: "decision-clock", aria: { label: "Time since the first report" } });
  private readonly clockNote = h("div", { class: "decision-note" });
  private readonly acknowledge = h("button", { class: "primary", type: "button" }, "Acknowledge", h("kbd", {}, "A"));
  private readonly seen = h("div", { class: "seen-note" });
  private readonly why = h("p", { class: "alarmed-for" });
  private readonly strip: ClockStrip;
  private readonly warning: WarningButton;
  private readonly search: SearchButton;
  private readonly fates: Fates;
  private readonly file: FileSection;
  private readonly dossier: DossierButton;
  private readonly seenEntry = new Seen();
  /** The newest decision that the officer had seen when they opened the list of dispositions. */
  private openedAt = 0;
  private readonly reasons = h("div", { class: "block" });
  private readonly tracks = h("div", { class: "chips" });
  private readonly timeline = h("ol", { class: "timeline" });
  private readonly disposition: HTMLSelectElement;
  private readonly comment = h("textarea", { rows: 2, maxlength: 2000, placeholder: "Write what you know or did…", aria: { label: "Comment" } });
  private readonly close = h("button", { class: "quiet", type: "button" });
  private readonly actions: HTMLElement;

  constructor(private readonly desk: Desk) {
    this.search = new SearchButton(desk);
    this.warning = new WarningButton(desk);
    this.strip = new ClockStrip(desk);
    this.fates = new Fates(desk);
    this.file = new FileSection(desk);
    this.dossier = new DossierButton(desk);
    this.disposition = h(
      "select", { aria: { label: "Disposition" } }, ...DISPOSITIONS.map((name) => h("option", { value: name }, words(name))),
    );
    this.disposition.addEventListener("focus", () => { this.openedAt = this.seenEntry.entry; });
    this.disposition.addEventListener("change", () => void this.dispose());
    this.acknowledge.addEventListener("click", () => this.act({ action: "acknowledge" }));
    this.close.addEventListener("click", () => this.closeOrReopen());
    this.comment.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.send();
    });
    const send = h("button", { class: "quiet", type: "button", on: { click: () => void this.send() } }, "Add comment");
    this.actions = h(
      "div", { class: "actions" },
      h("label", { class: "field" }, h("span", {}, "It was", h("kbd", {}, "D")), this.disposition),
      h("label", { class: "field column" }, h("span", {}, "Comment", h("kbd", {}, "C")), this.comment),
      h("div", { class: "buttons" }, send, this.close),
    );
    this.element.append(
      this.badge, this.title,
      h("div", { class: "clock-block" }, this.clock, this.clockNote, this.strip.element), this.why, this.acknowledge, this.seen,
      this.warning.element, this.search.element, this.reasons, this.tracks, this.fates.element, this.actions, this.file.element, this.dossier.element, h("h3", {}, "Timeline"), this.timeline,
    );
  }

  focusComment(): void {
    this.comment.focus();
  }

  focusDisposition(): void {
    this.disposition.focus();
  }

  render(): boolean {
    const incident = selectedIncident(this.desk);
    this.element.hidden = incident === undefined;
    if (incident === undefined) return false;
    if (this.shownId !== incident.incident_id) {
      this.shownId = incident.incident_id;
      this.comment.value = "";
    }
    this.seenEntry.show(incident.incident_id, incident.decided_entry ?? 0);
    this.renderHead(incident);
    this.strip.render(incident);
    this.warning.render(incident);
    this.search.render(incident);
    this.fates.render(incident);
    this.file.render(incident);
    this.dossier.render(incident);
    this.renderReasons(incident);
    this.renderTracks(incident);
    this.renderTimeline(incident);
    if (document.activeElement !== this.disposition) this.disposition.value = incident.disposition ?? "undecided";
    setText(this.close, incident.status === "open" ? "Close incident" : "Open again");
    this.actions.hidden = this.desk.view === "replay";
    for (const part of [this.acknowledge, this.actions]) deny(part, this.desk.denied);
    return true;
  }

  private renderHead(incident: Incident): void {
    rebuild(this.badge, incident.level + incident.status + incident.incident_id, () => [
      levelBadge(incident.level), h("span", { class: "ident" }, incident.incident_id),
      incident.status === "closed" ? h("span", { class: "ident" }, "closed") : null,
    ]);
    setText(this.title, incident.title);
    const end = incident.status === "closed" ? (incident.closed_s ?? incident.changed_s) : this.desk.picture.nowS();
    setText(this.clock, stopwatch(end - incident.first_report_s));
    const { times } = this.desk;
    setText(this.clockNote, `since the first report, ${times.local(incident.first_report_s)} local · ${utc(incident.first_report_s)}`);
    const alarm = this.desk.picture.alarms.get(alarmId("incident", incident.incident_id));
    this.acknowledge.hidden = placeOfIncident(incident, alarm) !== "waiting" || this.desk.view === "replay";
    const reason = alarm?.reason ?? incident.alarmed_for ?? "";
    rebuild(this.why, JSON.stringify([incident.priority, reason, alarm?.n_raised]), () => reason === "" ? [] : [
      prioritySign(alarm?.priority ?? incident.priority ?? "low"), h("span", {}, `${reason}${(alarm?.n_raised ?? 1) > 1 ? ` (heard ${alarm?.n_raised} times)` : ""}`),
    ]);
    setText(this.seen, incident.acknowledged_s == null ? ""
      : `Acknowledged by ${incident.acknowledged_by || "an officer"} at ${times.local(incident.acknowledged_s)}, `
        + `${stopwatch(incident.acknowledged_s - incident.first_report_s)} after the first report`);
  }

  private renderReasons(incident: Incident): void {
    const findings = (incident.findings ?? []).filter((finding) => finding.state !== "cleared")
      .sort((a, b) => SEVERITY.indexOf(a.severity) - SEVERITY.indexOf(b.severity));
    const key = JSON.stringify(findings.map((f) => [f.finding_id, f.time_s, f.probability, f.reasons]));
    rebuild(this.reasons, key, () => findings.map((finding) => this.findingBlock(finding)));
  }

  private findingBlock(finding: Finding): HTMLElement {
    return h(
      "article", { class: `finding ${finding.severity}` },
      h("div", { class: "finding-head" }, h("strong", {}, finding.title), h("span", { class: "num" }, percent(finding.probability))),
      finding.detail.type === "crossing" ? this.crossingFacts(finding.detail) : null,
      h("ul", { class: "why" }, ...newest(finding.reasons).map((reason) => h("li", {}, reason))),
    );
  }

  private crossingFacts(crossing: Crossing): HTMLElement {
    const { times, zoneNames } = this.desk;
    const facts: [string, string][] = [
      ["Crossed", `${times.local(crossing.time_s)} ± ${duration(crossing.time_sd_s)}`],
      ["Where", `${position(crossing.lat_deg, crossing.lon_deg)} ± ${distance(crossing.position_sd_m)}`],
      ["Into", zoneNames.get(crossing.zone_id) ?? crossing.zone_id],
      ["From", crossing.from_country ? countryName(crossing.from_country) : "not known"],
      ["Deepest", distance(crossing.depth_m ?? 0)],
      [crossing.left_s == null ? "Inside for" : "Was inside", duration(crossing.inside_s ?? 0)],
    ];
    return h("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }

  private renderTracks(incident: Incident): void {
    const ids = incident.track_ids ?? [];
    const names = ids.map((id) => {
      const track = this.desk.picture.tracks.get(id);
      return [id, track === undefined ? `#${id} gone` : track.status === "lost" ? `${nameOf(track)} lost` : nameOf(track)] as const;
    });
    rebuild(this.tracks, JSON.stringify(names), () => names.map(([id, name]) =>
      h("button", { class: "chip", type: "button", on: { click: () => this.desk.select({ kind: "track", id }, { isCentred: true }) } }, `Track ${name}`)));
  }

  private renderTimeline(incident: Incident): void {
    const items = incident.timeline ?? [];
    rebuild(this.timeline, `${incident.incident_id}:${items.length}:${items.at(-1)?.time_s ?? ""}`, () =>
      [...items].reverse().map((item) => h(
        "li", { class: item.officer ? "by-person" : "" },
        h("time", { title: utc(item.time_s) }, this.desk.times.local(item.time_s)),
        h("div", {}, h("span", {}, item.text || words(item.what)), item.officer ? h("span", { class: "by" }, item.officer) : null),
      )));
  }

  private act(proposal: { action: "acknowledge" } | { action: "close" | "reopen"; seen_entry: number }): void {
    const id = selectedIncident(this.desk)?.incident_id;
    if (id !== undefined) void this.desk.decide({ ...proposal, incident_id: id });
  }

  private closeOrReopen(): void {
    this.act({ action: selectedIncident(this.desk)?.status === "open" ? "close" : "reopen", seen_entry: this.seenEntry.entry });
  }

  private async dispose(): Promise<void> {
    const id = selectedIncident(this.desk)?.incident_id;
    if (id === undefined) return;
    await this.desk.decide({ action: "dispose", incident_id: id, disposition: this.disposition.value as Disposition, seen_entry: this.openedAt });
    this.disposition.blur();
  }

  private async send(): Promise<void> {
    const id = selectedIncident(this.desk)?.incident_id;
    const text = this.comment.value.trim();
    if (id === undefined || text === "") return;
    if (await this.desk.decide({ action: "comment", incident_id: id, text })) {
      this.comment.value = "";
      this.comment.blur();
    }
  }
}
