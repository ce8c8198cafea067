/** The alarm queue: what needs the officer first, each with the clock that has run since its first report; what is set aside stays in sight. */

import { deny, h, icon, rebuild, setText } from "../dom";
import type { Desk } from "../desk";
import { suppressionOf, type Place } from "../alarm/order";
import { nextToAcknowledge, queueOf, type Item } from "../alarm/queue";
import { quietLine, remaining, sortOf } from "../alarm/words";
import { skyLevel } from "../model";
import { AlarmRow, IncidentRow } from "./queuerows";
import { ICONS } from "./signs";

const HEADS: Record<Place, string> = { waiting: "Needs you", seen: "Acknowledged", aside: "Set aside", closed: "Closed" };

export class QueuePanel {
  readonly element: HTMLElement;
  private readonly heading = h("h2");
  private readonly count = h("span", { class: "count" });
  private readonly list = h("div", { class: "queue-list", role: "listbox", tabindex: 0, aria: { label: "Incidents and alarms" } });
  private readonly empty = h("div", { class: "empty" });
  private readonly quiet = h("div", { class: "suppressions", role: "presentation" });
  private readonly suppress: HTMLButtonElement;
  private readonly rows = new Map<string, IncidentRow | AlarmRow>();
  private readonly heads = new Map<Place, HTMLElement>();

  constructor(private readonly desk: Desk) {
    this.suppress = h("button", { class: "tool quieten", type: "button", title: "Keep a sort of alarms quiet for a while", aria: { label: "Keep a sort of alarms quiet for a while" }, on: { click: () => void desk.suppress() } }, icon(ICONS.belloff));
    this.element = h(
      "section", { class: "panel queue", aria: { label: "Alarm queue" } },
      h("header", { class: "panel-head" }, this.heading, this.count, this.suppress), this.empty, this.list,
    );
    for (const [place, name] of Object.entries(HEADS)) this.heads.set(place as Place, h("div", { class: "queue-group", role: "presentation" }, name));
  }

  /** Return the queue in the order in which keys move through it. */
  items(): Item[] {
    return queueOf(this.desk.picture);
  }

  /** True if something waits for an acknowledgement. */
  hasUnseen = false;

  render(): void {
    const items = this.items();
    const incidents = items.flatMap((item) => (item.kind === "incident" ? [item.incident] : []));
    const isPast = this.desk.view === "replay";
    this.hasUnseen = items.some((item) => item.place === "waiting");
    const nOpen = incidents.filter((incident) => incident.status === "open").length;
    setText(this.heading, isPast ? "Alarms at that time" : "Alarms");
    setText(this.count, nOpen > 0 ? `${nOpen} open ${nOpen === 1 ? "incident" : "incidents"}` : "");
    this.suppress.hidden = isPast;
    deny(this.suppress, this.desk.denied);
    this.renderEmpty(nOpen, items.length, skyLevel(incidents));
    this.renderSuppressions();
    this.place(items);
  }

  private place(items: readonly Item[]): void {
    const nodes: Element[] = [];
    const next = nextToAcknowledge(items, this.desk.selection?.kind === "track" ? undefined : this.desk.selection?.id);
    for (const [place, head] of this.heads) {
      const rows: Element[] = items.filter((item) => item.place === place).map((item) => this.row(item, item === next));
      // What is kept quiet is in sight even where no alarm is quiet because of it.
      if (place === "aside" && !this.quiet.hidden) rows.unshift(this.quiet);
      if (rows.length > 0) nodes.push(head, ...rows);
    }
    const ids = new Set(items.map((item) => item.id));
    for (const id of [...this.rows.keys()]) if (!ids.has(id)) this.rows.delete(id);
    if (nodes.length !== this.list.children.length || nodes.some((node, i) => this.list.children[i] !== node)) this.list.replaceChildren(...nodes);
  }

  private renderEmpty(nOpen: number, nItems: number, level: "white" | "yellow" | "red"): void {
    this.element.classList.toggle("is-empty", nItems === 0);
    const isHeard = Number.isFinite(this.desk.picture.clock.now_s);
    const text = isHeard ? `No open incidents. Sky: ${level}.` : "Waiting for the first picture…";
    this.empty.hidden = nOpen > 0;
    if (nOpen > 0) return;
    const silent = [...this.desk.picture.health.values()].filter((one) => one.state === "silent" || one.state === "failed").length;
    setText(this.empty, silent > 0 ? `${text} ${silent} sensor${silent > 1 ? "s are" : " is"} silent: that part of the sky is not watched.` : text);
  }

  /** Which sorts are kept quiet, until when, by whom and why; each can be ended. */
  private renderSuppressions(): void {
    const { picture, view } = this.desk;
    const nowS = picture.nowS();
    const rows = picture.suppressions.filter((one) => one.until_s > nowS)
      .map((one) => ({ id: one.suppression_id, sort: sortOf(one), note: `${one.officer}: ${one.text}`, left: remaining(one.until_s, nowS) }));
    this.quiet.hidden = rows.length === 0;
    rebuild(this.quiet, JSON.stringify([rows, view]), () => rows.map(({ id, sort, note, left }) => h("div", { class: "aside-row" },
      h("div", {}, h("div", { class: "row-title" }, `${sort} kept quiet`), h("div", { class: "row-note" }, `${left} · ${note}`)),
      view === "replay" ? null : h("button", { class: "quiet small", type: "button", on: { click: () => void this.desk.decide({ action: "end_suppression", suppression_id: id }) } }, "Hear again"))));
  }

  private row(item: Item, isNext: boolean): HTMLElement {
    let row = this.rows.get(item.id);
    if (row === undefined) {
      row = item.kind === "incident" ? new IncidentRow(this.desk, item.id) : new AlarmRow(this.desk, item.id);
      this.rows.set(item.id, row);
    }
    const nowS = this.desk.picture.nowS();
    const quiet = item.alarm === undefined ? "" : quietLine(item.alarm, suppressionOf(item.alarm, this.desk.picture.suppressions), nowS);
    if (item.kind === "incident" && row instanceof IncidentRow) row.render(item, quiet, nowS, isNext);
    if (item.kind === "alarm" && row instanceof AlarmRow) row.render(item, quiet, nowS, isNext);
    return row.element;
  }
}
