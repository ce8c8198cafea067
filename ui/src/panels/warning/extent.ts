/** How large, for how long and for whom: the area's size and people, until when it holds, and the hand on the area. */

import { h, icon, rebuild, setClass, setText } from "../../dom";
import type { Desk } from "../../desk";
import { duration } from "../../format";
import { area as areaWords } from "../../plan/words";
import { fault, opened, peopleIn, sizeM2 } from "../../warn/area";
import { ENOUGH, fewerCorners } from "../../warn/fewer";
import { people, shortTime } from "../../warn/words";
import { ICONS } from "../signs";
import type { Section, Shown } from "./section";

/** How much longer a press makes it hold. */
const LONGER_S = 1_800;

export class Extent implements Section {
  private readonly until = h("input", { type: "text", class: "short", inputmode: "numeric", maxlength: 5, placeholder: "hh:mm", aria: { label: "Holds until, local time" } });
  private readonly untilNote = h("span", { class: "dim" });
  private readonly longer: HTMLButtonElement;
  private readonly facts = h("p", { class: "extent-facts" });
  private readonly edit: HTMLButtonElement;
  private readonly undo: HTMLButtonElement;
  private readonly reset: HTMLButtonElement;
  private readonly fewer: HTMLButtonElement;
  private readonly help = h("p", { class: "sub edit-help" });
  private readonly tools: HTMLElement;
  readonly element: HTMLElement;
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.until.addEventListener("change", () => this.setUntil());
    this.until.addEventListener("keydown", (event) => event.key === "Enter" && this.until.blur());
    this.longer = h("button", { class: "quiet small", type: "button", on: { click: () => this.makeLonger() } }, "+30 min");
    this.edit = h("button", { class: "quiet small", type: "button", on: { click: () => desk.warning.toggleArea() } });
    this.undo = h("button", { class: "quiet small", type: "button", title: "Undo the last change of the area (Ctrl Z)", on: { click: () => desk.warning.undo() } }, icon(ICONS.undo), "Undo");
    this.reset = h("button", { class: "quiet small", type: "button", on: { click: () => this.takeWatch() } }, "The watch’s area");
    this.fewer = h("button", { class: "quiet small", type: "button", title: "The same area, a little larger, with corners that can be told apart", on: { click: () => this.thin() } }, "Fewer corners");
    const show = h("button", { class: "linklike", type: "button", on: { click: () => desk.warning.showArea() } }, "Show");
    this.tools = h("div", { class: "inline" }, this.edit, this.fewer, this.undo, this.reset);
    this.element = h("section", { class: "extent", aria: { label: "Area and time" } },
      h("div", { class: "pair" }, h("span", {}, "Holds until"), h("div", { class: "pair-inputs" }, this.until, this.longer, this.untilNote)),
      h("div", { class: "pair" }, h("span", {}, "Area"), h("div", { class: "pair-inputs" }, this.facts, show)), this.tools, this.help);
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { content, sheet, around, isFrozen, nowS } = shown;
    this.element.hidden = content === null;
    if (content === null) return;
    const { times, warnings, places } = this.desk;
    if (document.activeElement !== this.until) this.until.value = shortTime(times, content.expires_s);
    this.until.readOnly = isFrozen;
    this.longer.hidden = isFrozen;
    setText(this.untilNote, content.expires_s <= nowS ? "that is over" : `for ${duration(content.expires_s - nowS)}`);
    const area = shown.pending === null ? sheet.area(around) : opened(shown.pending.content.rings);
    const problem = fault(area);
    // The server has counted its own area; another one is counted here.
    const isOwn = sheet.mine === null && around.state.edited == null && shown.pending === null && around.draft !== null;
    const [size, n] = isOwn ? [around.draft!.area_m2 ?? sizeM2(area), around.draft!.population ?? 0] : [sizeM2(area), peopleIn(area, places.filter((place) => place.country === this.desk.info.country))];
    rebuild(this.facts, JSON.stringify([problem, Math.round(size / 1e4), n, area.length]), () => [
      h("strong", { class: "num" }, areaWords(size)), area.length > 1 ? ` in ${area.length} parts` : null, n === 0 ? ", no town in it" : `, ${people(n)} people in its towns`,
      problem === "" ? null : h("span", { class: "problem" }, ` ${problem}`),
    ]);
    this.tools.hidden = isFrozen;
    const { isEditingArea } = warnings;
    rebuild(this.edit, String(isEditingArea), () => [icon(ICONS.pen), isEditingArea ? "Done" : "Shape it", h("kbd", {}, "E")]);
    this.edit.setAttribute("aria-pressed", String(isEditingArea));
    setClass(this.edit, "is-on", isEditingArea);
    this.undo.disabled = !sheet.canUndo;
    this.reset.hidden = around.draft === null || isOwn;
    this.help.hidden = !isEditingArea;
    this.fewer.hidden = !isEditingArea || area.every((ring) => ring.length <= ENOUGH);
    setText(this.help, "Pull a corner, or the middle of an edge for a new one; right click or Del takes a corner away. Keys: Tab next corner, arrows move it (Shift finely), + adds one, Ctrl Z undoes.");
  }

  private thin(): void {
    const { shown } = this;
    if (shown === null) return;
    shown.sheet.reshape(shown.around, fewerCorners(shown.sheet.area(shown.around)));
    this.desk.warnings.corner = null;
    this.desk.redraw();
  }

  private setUntil(): void {
    if (this.shown === null || this.shown.isFrozen) return;
    const time = this.desk.times.nextAt(this.until.value, this.shown.nowS);
    if (time === null) return this.desk.say("Until when? hh:mm of the local clocks.", "error");
    this.shown.sheet.change(this.shown.around, { expires_s: time });
    this.desk.redraw();
  }

  private makeLonger(): void {
    const { shown } = this;
    if (shown === null || shown.content === null || shown.isFrozen) return;
    shown.sheet.change(shown.around, { expires_s: Math.max(shown.content.expires_s, shown.nowS) + LONGER_S });
    this.desk.redraw();
  }

  private takeWatch(): void {
    this.shown?.sheet.takeArea(this.shown.around);
    this.desk.redraw();
  }
}
