/** Who and what lies in the way: how likely, when, and how many live there; and why the watch draws it so. */

import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { countryName, percent, words } from "../../format";
import type { InTheWay as Place } from "../../warn/types";
import { arrival, people, untilThen } from "../../warn/words";
import { folding } from "../search/section";
import type { Section, Shown } from "./section";

const SHOWN = 12;

export class InTheWay implements Section {
  private readonly list = h("div");
  readonly element = folding("Who is in the way", true, this.list);

  constructor(private readonly desk: Desk) {}

  render({ around, nowS }: Shown): void {
    const places = around.draft?.in_the_way ?? [];
    this.element.hidden = around.draft === null;
    const rows = places.map((place) => [place.name, note(place, this.desk.info.country), percent(place.probability), arrival(this.desk.times, place.arrival_s), untilThen(place.arrival_s, nowS)] as const);
    rebuild(this.list, JSON.stringify(rows), () => rows.length === 0
      ? [h("p", { class: "sub" }, "No town within what it can reach.")]
      : [h("table", { class: "way" },
        h("thead", {}, h("tr", {}, h("th", {}, "Place"), h("th", {}, "Chance"), h("th", { title: "From the 10th to the 90th percentile, if it comes there" }, "There, local time"))),
        h("tbody", {}, ...rows.slice(0, SHOWN).map(([name, about, chance, when, until]) => h("tr", {},
          h("td", {}, h("span", {}, name), about ? h("small", {}, about) : null), h("td", { class: "num" }, chance),
          h("td", { class: "num" }, h("span", {}, when), h("small", {}, until)))))),
      rows.length > SHOWN ? h("p", { class: "sub" }, `and ${rows.length - SHOWN} more`) : null]);
  }
}

function note(place: Place, home: string): string {
  return [
    place.kind === "point" ? words(place.what || "point") : place.kind === "municipality" ? "municipality" : "",
    place.population == null ? "" : people(place.population), place.country && place.country !== home ? countryName(place.country) : "",
  ].filter(Boolean).join(", ");
}

export class WhySo implements Section {
  private readonly list = h("ul", { class: "why" });
  readonly element = folding("Why", false, this.list);

  render({ around }: Shown): void {
    const why = around.draft?.why ?? [];
    this.element.hidden = why.length === 0;
    rebuild(this.list, JSON.stringify(why), () => why.map((one) => h("li", {}, one)));
  }
}
