/** The alarm queue: what needs the officer first, each with the clock that has run since its first report. */

import { h, setText } from "../dom";
import type { Desk } from "../desk";
import { duration, stopwatch, words } from "../format";
import { byUrgency, isAcknowledged, skyLevel, type Incident } from "../model";
import { LEVEL_MEANING, LEVEL_WORD, levelSign } from "./signs";

const CLOSED_SHOWN = 6;

export class QueuePanel {
  readonly element: HTMLElement;
  private readonly heading = h("h2");
  private readonly count = h("span", { class: "count" });
  private readonly list = h("div", { class: "queue-list", role: "listbox", tabindex: 0, aria: { label: "Incidents" } });
  private readonly empty = h("div", { class: "empty" });
  private readonly rows = new Map<string, Row>();
  private readonly heads: Record<string, HTMLElement> = {};

  constructor(private readonly desk: Desk) {
    this.element = h(
      "section", { class: "panel queue", aria: { label: "Alarm queue" } },
      h("header", { class: "panel-head" }, this.heading, this.count), this.empty, this.list,
    );
    for (const name of ["Needs you", "Acknowledged", "Closed"]) this.heads[name] = h("div", { class: "queue-group", role: "presentation" }, name);
  }

  /** Return the incidents in the order in which keys move through them. */
  order(): Incident[] {
    const sorted = [...this.desk.picture.incidents.values()].sort(byUrgency);
    const open = sorted.filter((incident) => incident.status === "open");
    const closed = sorted.filter((incident) => incident.status === "closed").sort((a, b) => b.changed_s - a.changed_s);
    return [...open, ...closed.slice(0, CLOSED_SHOWN)];
  }

  /** True if an open incident waits for an acknowledgement. */
  hasUnseen = false;

  render(): void {
    const incidents = this.order();
    this.hasUnseen = incidents.some((incident) => incident.status === "open" && !isAcknowledged(incident));
    const nOpen = incidents.filter((incident) => incident.status === "open").length;
    setText(this.heading, this.desk.view === "replay" ? "Incidents at that time" : "Incidents");
    setText(this.count, nOpen > 0 ? `${nOpen} open` : "");
    this.renderEmpty(nOpen, skyLevel(incidents));
    const nodes: Element[] = [];
    let group = "";
    for (const incident of incidents) {
      const name = incident.status === "closed" ? "Closed" : isAcknowledged(incident) ? "Acknowledged" : "Needs you";
      if (name !== group) nodes.push(this.heads[(group = name)]!);
      nodes.push(this.row(incident).element);
    }
    for (const id of [...this.rows.keys()]) if (!incidents.some((incident) => incident.incident_id === id)) this.rows.delete(id);
    if (nodes.length !== this.list.children.length || nodes.some((node, i) => this.list.children[i] !== node)) {
      this.list.replaceChildren(...nodes);
    }
  }

  private renderEmpty(nOpen: number, level: "white" | "yellow" | "red"): void {
    this.element.classList.toggle("is-empty", nOpen === 0);
    const isHeard = Number.isFinite(this.desk.picture.clock.now_s);
    const text = isHeard ? `No open incidents. Sky: ${level}.` : "Waiting for the first picture…";
    if (nOpen > 0) this.empty.hidden = true;
    else {
      this.empty.hidden = false;
      const silent = [...this.desk.picture.health.values()].filter((h) => h.state === "silent" || h.state === "failed").length;
      setText(this.empty, silent > 0 ? `${text} ${silent} sensor${silent > 1 ? "s are" : " is"} silent: that part of the sky is not watched.` : text);
    }
  }

  private row(incident: Incident): Row {
    let row = this.rows.get(incident.incident_id);
    if (row === undefined) {
      row = new Row(this.desk, incident.incident_id);
      this.rows.set(incident.incident_id, row);
    }
    row.render(incident);
    return row;
  }
}

class Row {
  readonly element: HTMLElement;
  private readonly sign = h("span", { class: "row-sign" });
  private readonly title = h("div", { class: "row-title" });
  private readonly note = h("div", { class: "row-note" });
  private readonly clock = h("div", { class: "row-clock", title: "Since the first report" });
  private readonly button: HTMLButtonElement;
  private level = "";

  constructor(private readonly desk: Desk, id: string) {
    this.button = h(
      "button", { class: "ack", type: "button", on: { click: (event) => this.acknowledge(event, id) } },
      "Acknowledge", h("kbd", {}, "A"),
    );
    this.element = h(
      "div", { class: "row", role: "option", on: { click: () => desk.select({ kind: "incident", id }, { isCentred: true }) } },
      this.sign, h("div", { class: "row-text" }, this.title, this.note), this.clock, this.button,
    );
  }

  private acknowledge(event: MouseEvent, id: string): void {
    event.stopPropagation();
    void this.desk.decide({ action: "acknowledge", incident_id: id });
  }

  render(incident: Incident): void {
    const isOpen = incident.status === "open";
    const isSeen = isAcknowledged(incident) || !isOpen;
    if (this.level !== incident.level) {
      this.level = incident.level;
      this.sign.replaceChildren(levelSign(incident.level));
    }
    const isSelected = this.desk.selection?.kind === "incident" && this.desk.selection.id === incident.incident_id;
    this.element.className = `row ${incident.level} ${isSeen ? "seen" : "unseen"} ${isOpen ? "" : "closed"} ${isSelected ? "selected" : ""}`;
    this.element.setAttribute("aria-selected", String(isSelected));
    setText(this.title, incident.title);
    const nowS = this.desk.picture.nowS();
    setText(this.note, note(incident, nowS));
    setText(this.clock, isOpen ? stopwatch(nowS - incident.first_report_s) : "");
    this.button.hidden = isSeen || this.desk.view === "replay";
  }
}

function note(incident: Incident, nowS: number): string {
  if (incident.status === "closed") {
    return `${words(incident.disposition ?? "undecided")} · closed ${duration(nowS - (incident.closed_s ?? incident.changed_s))} ago`;
  }
  const parts = [`${LEVEL_WORD[incident.level]}, ${incident.level === "white" ? "over" : LEVEL_MEANING[incident.level]}`];
  if ((incident.lost_track_ids ?? []).length > 0) parts.push("track lost");
  if (incident.acknowledged_by) parts.push(`seen by ${incident.acknowledged_by}`);
  if (incident.disposition && incident.disposition !== "undecided") parts.push(words(incident.disposition));
  return parts.join(" · ");
}
