/** The strip on top: where you are, which way to go, whether there is signal, and what must not be done. */

import { h, icon, setClass, setData, setText } from "../dom";
import { duration } from "../format";
import { mgrs } from "../plan/mgrs";
import { hazardLine } from "../plan/words";
import type { Field } from "./field";
import { outboxLine } from "./outbox";
import { placeLine } from "./place";

const ARROW = "M12 2.500 19 20l-7-4-7 4Z";
const MENU = "M4 7h16 M4 12h16 M4 17h16";

export class Strip {
  readonly element: HTMLElement;
  private readonly arrow = h("div", { class: "arrow", aria: { hidden: "true" } }, icon(ARROW, { fill: true }));
  private readonly place = h("div", { class: "place", role: "status" });
  private readonly note = h("div", { class: "place-note" });
  private readonly own = h("div", { class: "own num" });
  private readonly state = h("button", { class: "state", type: "button" });
  private readonly hazard = h("div", { class: "hazard-strip" });

  constructor(private readonly field: Field, onMenu: () => void) {
    const menu = h("button", { class: "menu-button", type: "button", aria: { label: "This phone: who, reports, settings" }, on: { click: onMenu } }, icon(MENU));
    this.state.addEventListener("click", onMenu);
    this.element = h("header", { class: "strip" },
      h("div", { class: "strip-main" }, this.arrow, h("div", { class: "strip-text" }, this.place, this.note, this.own), menu), this.state, this.hazard);
  }

  render(): void {
    this.renderPlace();
    const { field } = this;
    const letters = outboxLine(field.outbox.letters, field.isOnline);
    setText(this.state, [letters, this.seenLine(letters !== "")].filter(Boolean).join(". "));
    this.state.hidden = this.state.textContent === "";
    setData(this.state, "kind", !field.isOnline ? "offline" : letters ? "busy" : "plain");
    setText(this.hazard, field.plan === null ? "Do not touch anything you find." : hazardLine(field.plan.hazard_m));
  }

  /** Say how old the map is where that matters, and what is wrong. */
  private seenLine(isNoSignalSaid: boolean): string {
    const { plan, planMs, isOnline, problem } = this.field;
    if (plan === null) return problem ? `No map yet: ${problem}` : "Fetching the map of the search, a few seconds…";
    if (plan.is_found) return "Found: the search is over";
    if (!isOnline) return `${isNoSignalSaid ? "" : "No signal. "}Map of ${duration((Date.now() - planMs) / 1_000)} ago`;
    return problem ? `Map of ${duration((Date.now() - planMs) / 1_000)} ago: ${problem}` : "";
  }

  private renderPlace(): void {
    const { plan, where, chosen } = this.field;
    const { fix } = where;
    const words = where.words();
    this.arrow.hidden = true;
    setText(this.own, fix === null ? "" : `${mgrs(fix.at[1], fix.at[0])} ± ${Math.max(1, Math.round(fix.accuracyM))} m`);
    if (fix === null || plan === null) {
      setText(this.place, plan === null ? `Search ${this.field.incidentId}` : chosen ? `Sector ${chosen}` : plan.title);
      setText(this.note, words);
      setClass(this.element, "is-danger", false);
      return;
    }
    const line = placeLine(fix.at, plan, chosen);
    setText(this.place, line.text);
    setText(this.note, [line.note, words].filter(Boolean).join(". "));
    setClass(this.element, "is-danger", line.isDanger);
    this.arrow.hidden = line.way === null;
    if (line.way !== null) this.arrow.style.transform = `rotate(${Math.round(line.way.bearingDeg)}deg)`;
  }
}
