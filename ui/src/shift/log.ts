/** The log of alarms: what was raised, heard, seen and set aside, newest first, with a filter. */

import { h, rebuild, setText } from "../dom";
import type { Times } from "../format";
import type { AlarmAction, AlarmLogItem, Priority } from "../alarm/types";
import { ACTION_WORDS } from "../alarm/words";
import { prioritySign } from "../panels/signs";

const SHOWN = 400;

export interface Filter {
  words: string;
  action: AlarmAction | "";
  priority: Priority | "";
  isHeardOnly: boolean;
}

/** Return the lines that a filter lets through, newest first; every word must stand somewhere in the line. */
export function filtered(log: readonly AlarmLogItem[], { words, action, priority, isHeardOnly }: Filter): AlarmLogItem[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return log.filter((item) => {
    if ((action !== "" && item.action !== action) || (priority !== "" && item.priority !== priority) || (isHeardOnly && !item.is_heard)) return false;
    const text = `${item.text} ${item.alarm_id} ${item.officer ?? ""} ${ACTION_WORDS[item.action]}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  }).reverse();
}

export class LogPanel {
  private readonly words = h("input", { type: "search", placeholder: "Words, an officer, an incident…", aria: { label: "Filter by words" } });
  private readonly action = h("select", { aria: { label: "What happened" } }, h("option", { value: "" }, "everything that happened"), ...Object.entries(ACTION_WORDS).map(([value, word]) => h("option", { value }, word)));
  private readonly priority = h("select", { aria: { label: "Priority" } }, h("option", { value: "" }, "any priority"), ...["high", "medium", "low"].map((value) => h("option", { value }, `priority ${value}`)));
  private readonly heard = h("input", { type: "checkbox" });
  private readonly count = h("span", { class: "count", role: "status" });
  private readonly body = h("tbody");
  readonly element: HTMLElement;
  private log: readonly AlarmLogItem[] = [];

  constructor(private readonly times: Times) {
    for (const input of [this.words, this.action, this.priority, this.heard]) input.addEventListener("input", () => this.draw());
    this.element = h("section", { class: "shift-section shift-log" }, h("h2", {}, "Log of alarms", this.count),
      h("div", { class: "log-filter" }, this.words, this.action, this.priority, h("label", { class: "switch" }, this.heard, h("span", {}, "heard only"))),
      h("div", { class: "shift-scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...["When", "Priority", "What", "Alarm", "Who"].map((head) => h("th", { scope: "col" }, head)))), this.body)));
  }

  show(log: readonly AlarmLogItem[]): void {
    this.log = log;
    this.draw();
  }

  private draw(): void {
    const items = filtered(this.log, { words: this.words.value, action: this.action.value as Filter["action"], priority: this.priority.value as Filter["priority"], isHeardOnly: this.heard.checked });
    const shown = items.slice(0, SHOWN);
    setText(this.count, `${items.length} of ${this.log.length}${items.length > SHOWN ? `, the newest ${SHOWN} shown` : ""}`);
    rebuild(this.body, JSON.stringify(shown), () => shown.map((item) => h("tr", { class: item.is_heard ? "is-heard" : "" },
      h("td", { class: "num" }, this.times.local(item.time_s), h("small", {}, this.times.date(item.time_s))), h("td", {}, prioritySign(item.priority)),
      h("td", {}, ACTION_WORDS[item.action], item.is_heard ? h("small", {}, "heard") : null), h("td", {}, item.text, h("small", {}, item.alarm_id)), h("td", {}, item.officer ?? ""))));
  }
}
