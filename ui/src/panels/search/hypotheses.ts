/** What may have become of it and how it flew on: bars that an officer who knows better can move. */

import { h, rebuild, setClass, setText } from "../../dom";
import type { Desk } from "../../desk";
import { percent } from "../../format";
import type { Hypothesis } from "../../plan/types";
import { capital, withHypothesis } from "../../plan/words";
import { button, folding, setSettings, type Section, type Shown } from "./section";

type Group = "fates" | "conducts";

export class Hypotheses implements Section {
  readonly element: HTMLElement;
  private readonly rows: Record<Group, Map<string, Row>> = { fates: new Map(), conducts: new Map() };
  private readonly lists: Record<Group, HTMLElement> = { fates: h("div", { class: "hypotheses" }), conducts: h("div", { class: "hypotheses" }) };
  private readonly reset = button("Give all back to the model", () => this.giveBack());
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.element = folding("What may have become of it", true, this.lists.fates, h("h4", {}, "If it flew on, how"), this.lists.conducts, this.reset);
  }

  render(shown: Shown): void {
    this.shown = shown;
    for (const group of ["fates", "conducts"] as const) {
      const hypotheses = [...shown.plan[group]].sort((a, b) => b.probability - a.probability);
      const rows = hypotheses.map((hypothesis) => this.row(group, hypothesis, shown));
      rebuild(this.lists[group], hypotheses.map((hypothesis) => hypothesis.id).join(), () => rows);
    }
    const nSet = Object.keys(shown.settings.fates ?? {}).length + Object.keys(shown.settings.conducts ?? {}).length;
    this.reset.hidden = nSet === 0 || shown.isPast;
  }

  private row(group: Group, hypothesis: Hypothesis, { settings, isPast }: Shown): HTMLElement {
    let row = this.rows[group].get(hypothesis.id);
    if (row === undefined) {
      row = new Row((probability) => this.set(group, hypothesis.id, probability));
      this.rows[group].set(hypothesis.id, row);
    }
    row.render(hypothesis, settings[group]?.[hypothesis.id] ?? null, isPast);
    return row.element;
  }

  private async set(group: Group, id: string, probability: number | null): Promise<boolean> {
    return this.shown !== null && setSettings(this.desk, this.shown, withHypothesis(this.shown.settings, group, id, probability));
  }

  private giveBack(): void {
    if (this.shown !== null) void setSettings(this.desk, this.shown, { ...this.shown.settings, fates: {}, conducts: {} });
  }
}

class Row {
  readonly element: HTMLDetailsElement;
  private readonly title = h("span", { class: "hypothesis-title" });
  private readonly value = h("span", { class: "num" });
  private readonly fill = h("div", { class: "bar-fill" });
  private readonly why = h("p", { class: "sub" });
  private readonly slider = h("input", { type: "range", min: 0, max: 100, step: 1 });
  private readonly output = h("output", { class: "num" });
  private readonly note = h("span", { class: "dim" });
  private readonly reset: HTMLButtonElement;
  private readonly knobs: HTMLElement;
  /** What was set and has not come back yet: the slider stays where it was let go. */
  private pending: number | null = null;

  constructor(private readonly onSet: (probability: number | null) => Promise<boolean>) {
    this.slider.addEventListener("input", () => setText(this.output, `${this.slider.value} %`));
    this.slider.addEventListener("change", () => {
      void this.set(Number(this.slider.value) / 100);
      this.slider.blur();
    });
    this.reset = button("Model's own", () => this.set(null));
    this.knobs = h("div", {}, h("label", { class: "slider" }, this.note, this.slider, this.output), this.reset);
    this.element = h("details", { class: "hypothesis" },
      h("summary", {}, this.title, h("div", { class: "bar" }, this.fill), this.value), h("div", { class: "hypothesis-body" }, this.why, this.knobs));
  }

  private async set(probability: number | null): Promise<void> {
    this.pending = probability;
    if (!(await this.onSet(probability))) this.pending = null;
  }

  render(hypothesis: Hypothesis, set: number | null, isPast: boolean): void {
    if (set !== null && this.pending !== null && Math.abs(set - this.pending) < 0.005) this.pending = null;
    setText(this.title, hypothesis.title);
    setText(this.value, percent(hypothesis.probability));
    setClass(this.element, "is-set", set !== null);
    this.fill.style.width = `${Math.round(hypothesis.probability * 100)}%`;
    setText(this.why, capital(hypothesis.why));
    setText(this.note, set === null ? "Before the evidence, by the model" : "Before the evidence, set by an officer");
    this.slider.setAttribute("aria-label", `${hypothesis.title}: probability before the evidence`);
    if (document.activeElement !== this.slider) {
      const value = this.pending ?? set ?? hypothesis.prior;
      this.slider.value = String(Math.round(value * 100));
      setText(this.output, percent(value));
    }
    this.reset.hidden = set === null;
    this.knobs.hidden = isPast;
  }
}
