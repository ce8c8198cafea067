/** The page of a shift: what stands, a form that hands the watch over, and the log; it can be printed as it is. */

import { api } from "../api";
import { h, setText } from "../dom";
import { Times, utc } from "../format";
import { ANYBODY, denial, type Me } from "../me";
import type { Desk } from "../model";
import { rootUrl } from "../root";
import { saveSettings, type Settings } from "../settings";
import { LogPanel } from "./log";
import { sections } from "./tables";
import type { Shift } from "./types";

const ASK_MS = 10_000;

export class ShiftPage {
  private readonly times: Times;
  private readonly log: LogPanel;
  private readonly span = h("p", { class: "sub num" });
  private readonly problem = h("p", { class: "shift-problem", role: "alert" });
  private readonly body = h("div", { class: "shift-body" });
  private readonly officer = h("input", { type: "text", required: true, maxlength: 64, autocomplete: "name", placeholder: "Rank and name" });
  private readonly to = h("input", { type: "text", required: true, maxlength: 64, placeholder: "Rank and name" });
  private readonly words = h("textarea", { rows: 3, maxlength: 2_000, placeholder: "What matters, what was promised, what to watch" });
  private readonly give = h("button", { class: "primary", type: "submit" }, "Hand the watch over");
  private readonly said = h("p", { class: "sub", role: "status" });
  private shown = "";

  constructor(info: Desk, private readonly settings: Settings, root: HTMLElement, private readonly me: Me = ANYBODY) {
    this.times = new Times(info.country);
    this.log = new LogPanel(this.times);
    this.officer.value = settings.officer;
    this.officer.readOnly = !me.is_open;
    this.give.disabled = denial(me) !== "";
    setText(this.said, denial(me));
    const exercise = h("div", { class: "banner exercise" }, h("strong", {}, "RECONSTRUCTION / EXERCISE"), h("span", {}, "not real time, not real events"));
    exercise.hidden = !info.is_exercise;
    const print = h("button", { class: "quiet", type: "button", on: { click: () => window.print() } }, "Print");
    root.replaceChildren(exercise,
      h("header", { class: "shift-head" }, h("div", {}, h("h1", {}, "Shift"), h("p", { class: "sub" }, `${info.title} · Sargas`), this.span), h("div", { class: "buttons" }, h("a", { class: "quiet", href: rootUrl("./") }, "To the desk"), print)),
      this.problem, this.body, this.form(), this.log.element);
  }

  private form(): HTMLElement {
    const form = h("form", { class: "shift-section shift-form" }, h("h2", {}, "Hand over"),
      h("div", { class: "shift-fields" }, h("label", { class: "field column" }, h("span", {}, "Who hands over"), this.officer), h("label", { class: "field column" }, h("span", {}, "To whom"), this.to)),
      h("label", { class: "field column" }, h("span", {}, "In words"), this.words), h("div", { class: "buttons" }, this.give, this.said));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.handOver();
    });
    return form;
  }

  start(): void {
    void this.ask();
    window.setInterval(() => void this.ask(), ASK_MS);
  }

  private async ask(): Promise<void> {
    try {
      const [shift, log] = await Promise.all([api.shift("live"), api.alarmLog("live")]);
      this.show(shift);
      this.log.show(log);
      setText(this.problem, "");
    } catch (error) {
      const as = this.shown === "" ? "" : " What stands here is the last that was known.";
      setText(this.problem, `${error instanceof Error ? error.message : String(error)}${as}`);
    }
  }

  private show(shift: Shift): void {
    const { times } = this;
    setText(this.span, `${times.date(shift.from_s)}, ${times.local(shift.from_s)} to ${times.local(shift.to_s)} ${times.offset(shift.to_s)} (${utc(shift.to_s)})`);
    // Its own time moves on with every answer: only what else changed is drawn anew, so that nothing jumps under a reader.
    const key = JSON.stringify({ ...shift, to_s: Math.floor(shift.to_s / 30) });
    if (key === this.shown) return;
    this.shown = key;
    this.body.replaceChildren(...sections(shift, times));
  }

  private async handOver(): Promise<void> {
    const [officer, to, text] = [this.officer.value.trim(), this.to.value.trim(), this.words.value.trim()];
    if (officer === "" || to === "") return;
    this.give.disabled = true;
    try {
      await api.decide({ action: "hand_over", officer, to, ...(text === "" ? {} : { text }) });
      setText(this.said, this.me.is_open ? `${to} has the watch, and decides in this browser from now on.` : `${to} has the watch. Sign out, so that ${to} can sign in.`);
      [this.to.value, this.words.value] = ["", ""];
      if (this.me.is_open) {
        this.settings.officer = to;
        saveSettings(this.settings);
        this.officer.value = to;
      }
      await this.ask();
    } catch (error) {
      setText(this.said, error instanceof Error ? error.message : String(error));
    } finally {
      this.give.disabled = false;
    }
  }
}
