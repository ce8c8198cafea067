/** What was found, and the end of the search. */

import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { position, words } from "../../format";
import { circle } from "../../geo";
import { boundsOfPlaces } from "../../plan/features";
import { FOUND, type Found } from "../../plan/types";
import { capital } from "../../plan/words";
import { confirmEnd } from "../dialogs";
import { button, field, folding, type Section, type Shown } from "./section";

export class Finds implements Section {
  readonly element: HTMLElement;
  private readonly list = h("div", { class: "clues" });
  private readonly what = h("select", { aria: { label: "What was found" } }, ...FOUND.map((what) => h("option", { value: what }, capital(what))));
  private readonly isIt = h("input", { type: "checkbox" });
  private readonly text = h("input", { type: "text", maxlength: 2_000, placeholder: "Who found it, what it looks like", aria: { label: "Words" } });
  private readonly form: HTMLElement;
  private readonly end = button("End the search without a find", () => this.endIt());
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.form = h("div", { class: "card" }, h("strong", {}, "Something was found"), field("What", this.what), this.text,
      h("label", { class: "switch" }, this.isIt, h("span", {}, "It is what was searched for: this ends the search")), button("Place it on the map…", () => this.place(), "primary small"));
    this.element = folding("Finds and the end", false, this.list, this.form, this.end);
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { plan, incident, isPast } = shown;
    const finds = incident.search?.finds ?? plan.finds;
    this.form.hidden = isPast;
    this.end.hidden = isPast || plan.is_found || incident.search?.ended_s != null;
    rebuild(this.list, JSON.stringify(finds), () => finds.length === 0 ? [h("p", { class: "sub" }, "Nothing was found yet.")] : finds.map((find) => h(
      "div", { class: "clue" },
      h("div", { class: "clue-head" }, h("strong", {}, `${capital(words(find.what))}${find.is_it ? ": it is what was searched for" : ""}`), h("span", { class: "num dim" }, this.desk.times.local(find.time_s)),
        button("Show", () => this.desk.search.show(boundsOfPlaces(circle(find.lon_deg, find.lat_deg, 1_500, 8))), "linklike")),
      h("p", { class: "sub" }, h("span", { class: "num" }, position(find.lat_deg, find.lon_deg)), ` ± ${Math.round(find.sd_m)} m, by ${find.by}`),
      find.text ? h("p", { class: "clue-text" }, `“${find.text}”`) : null,
      find.photo_sha256 ? h("p", { class: "sub" }, `Photograph on the finder's phone, SHA-256 ${find.photo_sha256.slice(0, 16)}…`) : null,
    )));
  }

  private async place(): Promise<void> {
    const id = this.shown?.incident.incident_id;
    if (id === undefined) return;
    const at = await this.desk.search.pickPlace("where it was found");
    if (at === null) return;
    const isDone = await this.desk.decide({
      action: "report_find", incident_id: id, what: this.what.value as Found, lon_deg: at[0], lat_deg: at[1], sd_m: 50, is_it: this.isIt.checked, text: this.text.value.trim(),
    });
    if (isDone) [this.text.value, this.isIt.checked] = ["", false];
  }

  private async endIt(): Promise<void> {
    const id = this.shown?.incident.incident_id;
    if (id !== undefined && (await confirmEnd())) await this.desk.decide({ action: "end_search", incident_id: id });
  }
}
