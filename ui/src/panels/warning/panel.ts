/** The warning beside the map: what it says, where and until when, who is in the way, and the steps until the public has it. */

import { h, icon, rebuild, setClass, setText } from "../../dom";
import { selectedIncident, type Desk } from "../../desk";
import type { Incident, Level } from "../../model";
import { isOtherThan } from "../../warn/sheet";
import { isApproved, lastSent, pendingOf } from "../../warn/types";
import { stageLine } from "../../warn/words";
import { aroundOf } from "../../warnings";
import { ICONS, LEVEL_WORD, levelBadge, levelSign } from "../signs";
import { AllClear } from "./allclear";
import { Deliveries } from "./deliveries";
import { Extent } from "./extent";
import { InTheWay, WhySo } from "./intheway";
import { Notices } from "./notices";
import type { Section, Shown } from "./section";
import { Steps } from "./steps";
import { Texts } from "./texts";

const LEVELS: readonly Level[] = ["red", "yellow", "white"];

export class WarningPanel {
  readonly element = h("div", { class: "detail-body warning", tabindex: -1 });
  private readonly badge = h("div", { class: "detail-badge" });
  private readonly title = h("h2", { class: "detail-title" });
  private readonly about = h("p", { class: "sub" });
  private readonly level: HTMLElement;
  private readonly body = h("div", { class: "warning-body" });
  private readonly sections: readonly Section[];
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.level = h("div", { class: "segments levels", role: "group", aria: { label: "Level of the warning" } });
    this.sections = [new Notices(desk), new Deliveries(desk), new AllClear(desk), new Extent(desk), new Texts(desk), new InTheWay(desk), new WhySo()];
    const steps = new Steps(desk);
    const [notices, deliveries, allClear, ...rest] = this.sections.map((section) => section.element);
    this.sections = [...this.sections, steps];
    const back = h("button", { class: "quiet small", type: "button", on: { click: () => desk.warning.close() } }, icon(ICONS.back), "Incident");
    this.body.append(this.badge, this.title, this.about, notices!, deliveries!, allClear!, this.level, ...rest);
    this.element.append(h("div", { class: "search-head" }, back), this.body, steps.element);
  }

  render(): boolean {
    const { warnings, picture, view } = this.desk;
    const incident = selectedIncident(this.desk);
    const isShown = incident !== undefined && warnings.isPanelOpen && warnings.incidentId === incident.incident_id;
    this.element.hidden = !isShown;
    if (!isShown) return false;
    const around = aroundOf(picture, incident);
    const sheet = warnings.sheet(incident.incident_id);
    const pending = pendingOf(around.state);
    const isPast = view === "replay" || this.desk.denied !== "";
    const content = pending?.content ?? sheet.shown(around);
    const given = lastSent(around.state)?.content ?? null;
    const isNews = sheet.mine !== null || content === null || given === null || isOtherThan(content, given);
    this.shown = { incident, around, sheet, pending, isPast, content, isNews, isFrozen: isPast || pending !== null, nowS: picture.nowS() };
    this.renderHead(this.shown);
    for (const section of this.sections) section.render(this.shown);
    return true;
  }

  private renderHead({ incident, around, content, pending, isFrozen }: Shown): void {
    rebuild(this.badge, `${content?.level} ${incident.incident_id}`, () => [content === null ? null : levelBadge(content.level), h("span", { class: "ident" }, incident.incident_id)]);
    const hasSent = (around.state.warnings ?? []).some((one) => one.sent_s != null);
    setText(this.title, content === null ? "Warning" : pending !== null ? (isApproved(pending) ? "Warning, approved" : "Warning, for another officer to approve") : content.level === "white" ? "Draft of the all-clear" : hasSent ? "Draft of an update" : "Draft of a warning");
    setText(this.about, incident.title);
    this.level.hidden = content === null || isFrozen;
    rebuild(this.level, content?.level ?? "", () => LEVELS.map((level) => h("button", {
      type: "button", class: `${level} ${level === content?.level ? "is-on" : ""}`, aria: { pressed: String(level === content?.level) },
      title: "The words stay as they are: read them when you change the level", on: { click: () => this.choose(level) },
    }, levelSign(level), level === "white" ? "all-clear" : LEVEL_WORD[level])));
  }

  private choose(level: Level): void {
    if (this.shown === null || this.shown.content?.level === level) return;
    this.shown.sheet.change(this.shown.around, { level });
    if (level !== this.shown.around.draft?.content.level) this.desk.say("The words stay as they are: write what fits.");
    this.desk.redraw();
  }
}

/** The button by which an incident's panel opens its warning, with how far that has come. */
export class WarningButton {
  private readonly stage = h("span", { class: "warn-stage" });
  readonly element: HTMLButtonElement;

  constructor(private readonly desk: Desk) {
    this.element = h("button", { class: "quiet wide warn-button", type: "button", on: { click: () => desk.warning.open() } }, icon(ICONS.horn), "Warning", this.stage, h("kbd", {}, "V"));
  }

  render(incident: Incident): void {
    const { picture, times, warnings } = this.desk;
    const { state, draft } = aroundOf(picture, incident);
    const line = stageLine(state, draft, picture.nowS(), times);
    this.element.hidden = line === "no draft" && incident.status === "closed";
    setText(this.stage, line);
    setClass(this.element, "is-on", warnings.isPanelOpen);
  }
}
