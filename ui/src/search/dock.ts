/** The dock at the bottom, under the thumb: the sector you are bound for, the path, and the find. */

import { h, icon, rebuild, setClass, setText } from "../dom";
import { distance, percent } from "../format";
import type { Sector } from "../plan/types";
import { area, chance, hours } from "../plan/words";
import { ICONS } from "../panels/signs";
import type { Field } from "./field";
import { walkedM } from "./path";

export interface DockActions {
  sectors(): void;
  mark(sector: Sector): void;
  record(): void;
  found(): void;
}

export class Dock {
  readonly element: HTMLElement;
  private readonly main: HTMLElement;
  private readonly question = h("div", { class: "question" });
  private readonly card = h("div", { class: "goal" });
  private readonly tools = h("div", { class: "map-tools" });
  private readonly follow: HTMLButtonElement;
  private readonly record: HTMLButtonElement;
  private readonly recordText = h("span");

  constructor(private readonly field: Field, private readonly actions: DockActions) {
    this.follow = h("button", { class: "map-tool", type: "button", aria: { label: "Keep my position in the middle" }, on: { click: () => field.follow() } }, icon(ICONS.home));
    this.tools.append(h("button", { class: "map-tool", type: "button", aria: { label: "Whole search" }, on: { click: () => field.showAll() } }, icon(ICONS.follow)), this.follow);
    this.record = h("button", { class: "big record", type: "button", on: { click: () => actions.record() } }, h("i", { class: "dot" }), this.recordText);
    this.main = h("div", { class: "dock-main" }, this.card,
      h("div", { class: "dock-row" }, h("button", { class: "big", type: "button", on: { click: () => actions.sectors() } }, "Sectors"), this.record),
      h("button", { class: "big found", type: "button", on: { click: () => actions.found() } }, "Found something"));
    this.question.hidden = true;
    this.element = h("footer", { class: "dock" }, this.tools, this.main, this.question);
  }

  render(): void {
    const { plan, chosen, recorder, isFollowing, where } = this.field;
    this.follow.setAttribute("aria-pressed", String(isFollowing && where.fix !== null));
    setClass(this.record, "is-on", recorder.isOn);
    setText(this.recordText, recorder.isOn ? `${distance(walkedM(recorder.fixes))}, ${hours(recorder.hours())}: finish` : "Record my path");
    const sector = plan?.sectors.find((one) => one.name === chosen);
    this.card.hidden = sector === undefined;
    if (sector === undefined) return;
    rebuild(this.card, JSON.stringify([sector, plan?.is_found]), () => [
      h("div", { class: "goal-text" }, h("strong", {}, `${sector.name}`), h("span", {}, `${chance(sector.poc)} that it lies here`),
        h("small", {}, `${area(sector.area_m2)} ${sector.cover}, ${hours(sector.hours)}${sector.pod > 0.005 ? `, searched ${percent(sector.pod)}` : ""}`)),
      h("button", { class: "big small-big", type: "button", on: { click: () => this.actions.mark(sector) } }, "Searched"),
      h("button", { class: "goal-close", type: "button", aria: { label: `Leave ${sector.name}` }, on: { click: () => this.field.choose("") } }, icon(ICONS.close)),
    ]);
  }

  /** Ask whether the place under the cross is meant; `problem` says why it cannot be, empty if it can. */
  ask(title: string, note: string, problem: () => string): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isTaken: boolean): void => {
        [this.main.hidden, this.tools.hidden, this.question.hidden] = [false, false, true];
        resolve(isTaken);
      };
      const take = (): void => {
        const why = problem();
        if (why === "") done(true);
        else this.field.say(why, "error");
      };
      [this.main.hidden, this.tools.hidden, this.question.hidden] = [true, true, false];
      this.question.replaceChildren(h("strong", {}, `3 of 4: ${title}`), h("p", { class: "sub" }, note),
        h("button", { class: "big primary", type: "button", on: { click: () => take() } }, "It lies here"), h("button", { class: "big", type: "button", on: { click: () => done(false) } }, "Cancel"));
    });
  }
}
