/** The rows of the alarm queue: an incident, or an alarm of a sensor or a channel. */

import { deny, h, icon, rebuild, setText } from "../dom";
import type { Desk } from "../desk";
import { duration, stopwatch, words } from "../format";
import { priorityOf, type Item } from "../alarm/queue";
import type { Alarm, AlarmSource } from "../alarm/types";
import { overdue } from "../file/words";
import type { Incident } from "../model";
import { LEVEL_MEANING, LEVEL_WORD, ICONS, levelSign, prioritySign } from "./signs";

type IncidentItem = Item & { kind: "incident" };
type AlarmItem = Item & { kind: "alarm" };

/** What every row has: a sign, a title, notes, a clock, and what can be done about it. */
class Row {
  readonly element: HTMLElement;
  protected readonly sign = h("span", { class: "row-sign" });
  protected readonly title = h("div", { class: "row-title" });
  protected readonly note = h("div", { class: "row-note" });
  protected readonly reason = h("div", { class: "row-reason" });
  protected readonly clock = h("div", { class: "row-clock" });
  private readonly ack: HTMLButtonElement;
  private readonly shelve: HTMLButtonElement;
  private readonly again: HTMLButtonElement;
  private readonly actions: HTMLElement;
  private alarm: Alarm | undefined;

  constructor(protected readonly desk: Desk, id: string, select: () => void, acknowledge: () => void) {
    const press = (deed: () => void) => (event: MouseEvent): void => {
      event.stopPropagation();
      deed();
    };
    this.ack = h("button", { class: "ack", type: "button", on: { click: press(acknowledge) } }, "Acknowledge", h("kbd", {}, "A"));
    this.shelve = h("button", { class: "shelve", type: "button", title: "Shelve it for a while (Z)", aria: { label: "Shelve it for a while" }, on: { click: press(() => this.alarm && void desk.shelve(this.alarm)) } }, icon(ICONS.clock));
    this.again = h("button", { class: "quiet small", type: "button", on: { click: press(() => this.hearAgain()) } }, "Hear again");
    this.actions = h("div", { class: "row-actions" }, this.ack, this.shelve, this.again);
    this.element = h("div", { class: "row", role: "option", data: { id }, on: { click: select } }, this.sign, h("div", { class: "row-text" }, this.title, this.note, this.reason), this.clock, this.actions);
  }

  protected renderActions(item: Item, isNext: boolean): void {
    this.alarm = item.alarm;
    const isPast = this.desk.view === "replay";
    this.ack.hidden = item.place !== "waiting" || isPast;
    this.element.classList.toggle("is-next", isNext);
    this.shelve.hidden = this.ack.hidden || item.alarm === undefined;
    this.again.hidden = item.place !== "aside" || isPast || item.alarm?.shelved == null;
    this.actions.hidden = this.ack.hidden && this.again.hidden;
    deny(this.actions, this.desk.denied);
  }

  protected mark(classes: string, isSelected: boolean): void {
    const name = `row ${classes} ${isSelected ? "selected" : ""}`;
    if (this.element.className !== name) this.element.className = name;
    this.element.setAttribute("aria-selected", String(isSelected));
  }

  private hearAgain(): void {
    if (this.alarm !== undefined) void this.desk.decide({ action: "unshelve_alarm", alarm_id: this.alarm.alarm_id });
  }
}

export class IncidentRow extends Row {
  private level = "";

  constructor(desk: Desk, id: string) {
    super(desk, id, () => desk.select({ kind: "incident", id }, { isCentred: true }), () => void desk.decide({ action: "acknowledge", incident_id: id }));
    this.clock.title = "Since the first report";
  }

  render(item: IncidentItem, quiet: string, nowS: number, isNext: boolean): void {
    const { incident, place } = item;
    const isOpen = incident.status === "open";
    if (this.level !== incident.level) {
      this.level = incident.level;
      this.sign.replaceChildren(levelSign(incident.level));
    }
    const { selection } = this.desk;
    this.mark(`${incident.level} ${place === "waiting" ? "unseen" : "seen"} ${isOpen ? "" : "closed"} ${place === "aside" ? "aside" : ""}`, selection?.kind === "incident" && selection.id === item.id);
    setText(this.title, incident.title);
    const priority = priorityOf(item);
    const note = noteOf(incident, nowS);
    rebuild(this.note, `${priority} ${isOpen} ${note}`, () => [isOpen ? prioritySign(priority) : null, note]);
    setText(this.reason, quiet !== "" ? quiet : place === "waiting" ? reasonOf(item) : "");
    setText(this.clock, isOpen ? stopwatch(nowS - incident.first_report_s) : "");
    this.renderActions(item, isNext);
  }
}

const SOURCE_PATH: Record<Exclude<AlarmSource, "incident">, string> = {
  sensor: "M12 12v8 M8.500 8.500a5 5 0 0 1 7 0 M5.500 5.500a9.200 9.200 0 0 1 13 0 M12 12h.01", channel: ICONS.horn,
  step: "M5 4h14v16H5Z M9 9h6 M9 13h6 M9 17h3",
};

export class AlarmRow extends Row {
  constructor(desk: Desk, id: string) {
    super(desk, id, () => desk.select({ kind: "alarm", id }), () => void desk.decide({ action: "acknowledge_alarm", alarm_id: id }));
    this.clock.title = "Since it was first raised";
  }

  render(item: AlarmItem, quiet: string, nowS: number, isNext: boolean): void {
    const { alarm, place } = item;
    const { selection } = this.desk;
    this.mark(`equipment ${alarm.priority} ${place === "waiting" ? "unseen" : "seen"} ${place === "aside" ? "aside" : ""}`, selection?.kind === "alarm" && selection.id === item.id);
    rebuild(this.sign, alarm.source, () => [icon(SOURCE_PATH[alarm.source as Exclude<AlarmSource, "incident">] ?? ICONS.bell, { class: "source-sign" })]);
    setText(this.title, alarm.title);
    const note = [alarm.source, alarm.state === "returned" ? "over, nobody has seen it" : "", alarm.acknowledged_by ? `seen by ${alarm.acknowledged_by}` : "", alarm.is_stale ? "for more than a day" : ""].filter(Boolean).join(" · ");
    rebuild(this.note, `${alarm.priority} ${note}`, () => [prioritySign(alarm.priority), note]);
    setText(this.reason, quiet !== "" ? quiet : alarm.reason === alarm.title ? "" : alarm.reason);
    setText(this.clock, stopwatch(nowS - alarm.first_s));
    this.renderActions(item, isNext);
  }
}

/** Why an incident is heard, if that says more than its title. */
function reasonOf({ alarm, incident }: IncidentItem): string {
  const reason = alarm?.reason ?? incident.alarmed_for ?? "";
  const times = alarm?.n_raised ?? incident.n_alarms ?? 1;
  if (reason === "" || reason === incident.title) return times > 1 ? `Heard ${times} times` : "";
  return times > 1 ? `${reason} (heard ${times} times)` : reason;
}

function noteOf(incident: Incident, nowS: number): string {
  const nLate = overdue(incident.file, nowS).length;
  const late = nLate > 0 ? [`${nLate} overdue`] : [];
  if (incident.status === "closed") {
    return [...late, words(incident.disposition ?? "undecided"), `closed ${duration(nowS - (incident.closed_s ?? incident.changed_s))} ago`].join(" · ");
  }
  const parts = [`${LEVEL_WORD[incident.level]}, ${incident.level === "white" ? "over" : LEVEL_MEANING[incident.level]}`];
  if ((incident.lost_track_ids ?? []).length > 0) parts.push("track lost");
  if (incident.acknowledged_by) parts.push(`seen by ${incident.acknowledged_by}`);
  if (incident.disposition && incident.disposition !== "undecided") parts.push(words(incident.disposition));
  return [...parts, ...late].join(" · ");
}
