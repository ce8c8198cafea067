/** The search in hand: where to look for what a lost track left, why there, and who goes where. */

import { h, icon, rebuild, setClass, setData, setText } from "../../dom";
import { selectedIncident, type Desk } from "../../desk";
import type { Incident } from "../../model";
import { nameOf } from "../../map/tracks";
import { Searching } from "../../searching";
import { hazardLine } from "../../plan/words";
import { ICONS } from "../signs";
import { Assets } from "./assets";
import { Assumptions } from "./assumptions";
import { Clues } from "./clues";
import { Files } from "./files";
import { Finds } from "./finds";
import { Headline } from "./headline";
import { Hypotheses } from "./hypotheses";
import { Sectors } from "./sectors";
import { folding, type Section, type Shown } from "./section";

export class SearchPanel {
  readonly element = h("div", { class: "detail-body search" });
  private readonly pin = h("button", { class: "quiet small pin", type: "button", title: "Keep the search on the map when this panel is closed" });
  private readonly track = h("select", { class: "which", aria: { label: "Which lost track" } });
  private readonly progress = h("div", { class: "progress", role: "status" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly over = h("p", { class: "over" });
  private readonly hazard = h("details", { class: "hazard", role: "note" });
  private readonly title = h("p", { class: "sub" });
  private readonly body = h("div");
  private readonly sections: readonly Section[];

  constructor(private readonly desk: Desk) {
    this.sections = [
      new Headline(desk), new Sectors(desk), new Hypotheses(desk), new Assets(desk), new Clues(desk), new Assumptions(desk), new Finds(desk), new Files(desk), new Why(),
    ];
    this.pin.addEventListener("click", () => desk.search.togglePin());
    this.track.addEventListener("change", () => {
      desk.searching.choose(Number(this.track.value));
      desk.redraw();
    });
    const back = h("button", { class: "quiet small", type: "button", on: { click: () => desk.search.close() } }, icon(ICONS.back), "Incident");
    this.body.append(...this.sections.map((section) => section.element));
    this.element.append(h("div", { class: "search-head" }, back, this.pin), h("h2", { class: "detail-title" }, "Where to look"), this.title, this.track, this.hazard, this.progress, this.problem, this.over, this.body);
  }

  render(): boolean {
    const { searching } = this.desk;
    const incident = selectedIncident(this.desk);
    const isShown = incident !== undefined && searching.isPanelOpen && searching.incidentId === incident.incident_id;
    this.element.hidden = !isShown;
    if (!isShown) return false;
    this.renderState(incident);
    const { plan } = searching;
    this.body.hidden = this.hazard.hidden = plan === null;
    if (plan === null) return true;
    rebuild(this.hazard, `${plan.hazard_m} ${plan.hazard}`, () => [h("summary", {}, h("strong", {}, hazardLine(plan.hazard_m)), h("span", { class: "more" }, "What to do")), h("p", {}, plan.hazard)]);
    const shown: Shown = { plan, incident, settings: incident.search?.settings ?? plan.settings, isPast: this.desk.view === "replay" || this.desk.denied !== "" };
    for (const section of this.sections) section.render(shown);
    return true;
  }

  private renderState(incident: Incident): void {
    const { searching } = this.desk;
    const losses = incident.search?.losses ?? [];
    setText(this.title, searching.plan?.title ?? incident.title);
    rebuild(this.track, losses.map(({ track }) => track.track_id).join(), () => losses.map(({ track, declared_s }) => h("option", { value: track.track_id }, `Track ${nameOf(track)}, lost ${this.desk.times.local(declared_s)}`)));
    this.track.hidden = losses.length < 2;
    if (document.activeElement !== this.track) this.track.value = String(searching.trackId ?? searching.plan?.track_id ?? losses[0]?.track.track_id ?? "");
    setText(this.pin, searching.isPinned ? "Pinned to the map" : "Pin to the map");
    this.pin.setAttribute("aria-pressed", String(searching.isPinned));
    const waitedS = searching.waitingS();
    setClass(this.progress, "is-on", waitedS !== null || (searching.isBehind(incident, this.desk.view) && searching.problem === ""));
    setText(this.progress, waitedS === null || (searching.plan !== null && waitedS < 1) ? "" : `Working out where to look… ${Math.floor(waitedS)} s`);
    setData(this.body, "behind", String(waitedS !== null));
    setText(this.problem, searching.problem === "" ? "" : `${searching.problem} Trying again.${searching.plan === null ? "" : " What stands here is the last that was worked out."}`);
    const endedS = incident.search?.ended_s;
    setText(this.over, searching.plan?.is_found ? "Found. The search for this track is over." : endedS == null ? "" : `The search was ended at ${this.desk.times.local(endedS)} without a find.`);
  }
}

class Why implements Section {
  private readonly list = h("ul", { class: "why" });
  readonly element = folding("Why", false, this.list);

  render({ plan }: Shown): void {
    rebuild(this.list, JSON.stringify(plan.why), () => plan.why.map((why) => h("li", {}, why)));
  }
}

/** Return the button by which an incident's panel opens the search. */
export class SearchButton {
  readonly element: HTMLButtonElement;

  constructor(private readonly desk: Desk) {
    this.element = h("button", { class: "quiet wide", type: "button", on: { click: () => desk.search.open() } }, icon(ICONS.search), "Where to look", h("kbd", {}, "W"));
  }

  render(incident: Incident): void {
    this.element.hidden = !Searching.canSearch(incident);
    setClass(this.element, "is-on", this.desk.searching.incidentId === incident.incident_id);
  }
}
