/** One alarm of a sensor or a channel: what is wrong, since when, who has seen it, and what the log says of it. */

import { api } from "../api";
import { deny, h, rebuild, setText } from "../dom";
import { selectedAlarm, type Desk } from "../desk";
import { isQuiet, suppressionOf } from "../alarm/order";
import type { Alarm, AlarmLogItem } from "../alarm/types";
import { ACTION_WORDS, quietLine } from "../alarm/words";
import { stopwatch, utc } from "../format";
import { prioritySign } from "./signs";

const LINES_SHOWN = 20;

export class AlarmPanel {
  readonly element = h("div", { class: "detail-body alarm" });
  private readonly badge = h("div", { class: "detail-badge" });
  private readonly title = h("h2", { class: "detail-title" });
  private readonly clock = h("div", { class: "alarm-clock" });
  private readonly clockNote = h("div", { class: "alarm-note" });
  private readonly reason = h("p");
  private readonly quiet = h("p", { class: "flag" });
  private readonly acknowledge: HTMLButtonElement;
  private readonly shelve: HTMLButtonElement;
  private readonly again: HTMLButtonElement;
  private readonly suppress: HTMLButtonElement;
  private readonly toFile: HTMLButtonElement;
  private readonly log = h("ol", { class: "timeline" });
  private lines: AlarmLogItem[] = [];
  private asked = "";

  constructor(private readonly desk: Desk) {
    const alarm = (): Alarm | undefined => selectedAlarm(desk);
    const act = (deed: (one: Alarm) => unknown) => (): void => {
      const one = alarm();
      if (one !== undefined) void deed(one);
    };
    const button = (className: string, label: string, key: string, deed: (one: Alarm) => unknown): HTMLButtonElement =>
      h("button", { class: className, type: "button", on: { click: act(deed) } }, label, key ? h("kbd", {}, key) : null);
    this.acknowledge = button("primary", "Acknowledge", "A", (one) => desk.decide({ action: "acknowledge_alarm", alarm_id: one.alarm_id }));
    this.shelve = button("quiet", "Shelve it…", "Z", (one) => desk.shelve(one));
    this.again = button("quiet", "Hear it again", "", (one) => desk.decide({ action: "unshelve_alarm", alarm_id: one.alarm_id }));
    this.suppress = button("quiet", "Keep this sort quiet…", "", (one) => desk.suppress(one));
    this.toFile = button("quiet", "Open its incident", "", (one) => desk.select({ kind: "incident", id: one.subject.slice(0, one.subject.lastIndexOf("-")) }));
    this.element.append(this.badge, this.title, h("div", { class: "clock-block" }, this.clock, this.clockNote), this.reason, this.quiet, this.acknowledge,
      h("div", { class: "buttons wrap" }, this.toFile, this.shelve, this.again, this.suppress), h("h3", {}, "What the log says"), this.log);
  }

  render(): boolean {
    const { selection, picture, times, view } = this.desk;
    this.element.hidden = selection?.kind !== "alarm";
    if (selection?.kind !== "alarm") return false;
    const alarm = selectedAlarm(this.desk);
    this.element.classList.toggle("is-over", alarm === undefined);
    if (alarm === undefined) {
      rebuild(this.badge, "gone", () => [h("span", { class: "ident" }, selection.id)]);
      setText(this.title, "This alarm is over.");
      return true;
    }
    void this.ask(alarm);
    rebuild(this.badge, `${alarm.priority} ${alarm.alarm_id}`, () => [prioritySign(alarm.priority), h("span", { class: "ident" }, `${alarm.source} ${alarm.subject}`)]);
    setText(this.title, alarm.title);
    setText(this.clock, stopwatch(picture.nowS() - alarm.first_s));
    setText(this.clockNote, `since it was first raised, ${times.local(alarm.first_s)} local · ${utc(alarm.first_s)}${(alarm.n_raised ?? 1) > 1 ? `; heard ${alarm.n_raised} times, last at ${times.local(alarm.raised_s)}` : ""}`);
    setText(this.reason, alarm.reason);
    setText(this.quiet, quietLine(alarm, suppressionOf(alarm, picture.suppressions), picture.nowS()));
    const isPast = view === "replay";
    this.toFile.hidden = alarm.source !== "step";
    this.acknowledge.hidden = isPast || isQuiet(alarm) || alarm.state === "acknowledged";
    this.shelve.hidden = isPast || isQuiet(alarm);
    this.again.hidden = isPast || alarm.shelved == null;
    this.suppress.hidden = isPast || Boolean(alarm.suppressed_by);
    for (const part of [this.acknowledge, this.shelve, this.again, this.suppress]) deny(part, this.desk.denied);
    const lines = this.lines.filter((line) => line.alarm_id === alarm.alarm_id).slice(-LINES_SHOWN).reverse();
    rebuild(this.log, JSON.stringify(lines), () => lines.map((line) => h("li", { class: line.officer ? "by-person" : "" }, h("time", { title: utc(line.time_s) }, times.local(line.time_s)),
      h("div", {}, h("span", {}, `${ACTION_WORDS[line.action]}: ${line.text}`), line.officer ? h("span", { class: "by" }, line.officer) : null))));
    return true;
  }

  /** Read the log anew whenever the alarm has another state. */
  private async ask(alarm: Alarm): Promise<void> {
    const key = JSON.stringify([alarm.alarm_id, alarm.state, alarm.raised_s, alarm.shelved?.time_s, alarm.suppressed_by, this.desk.view]);
    if (key === this.asked) return;
    this.asked = key;
    try {
      this.lines = await api.alarmLog(this.desk.view);
    } catch {
      this.lines = [];
    }
  }
}
