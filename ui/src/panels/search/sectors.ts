/** The sectors, the most promising first: what each holds, what an hour there is worth, and what was done. */

import { api } from "../../api";
import { h, rebuild, setClass, setText } from "../../dom";
import type { Desk } from "../../desk";
import { percent, words } from "../../format";
import { boundsOfPlaces } from "../../plan/features";
import type { AssetKind, Sector } from "../../plan/types";
import { area, byRank, chance, hours, tier } from "../../plan/words";
import { confirmOrder } from "../dialogs";
import { assetSelect, button, copy, field, folding, numberInput, typed, type Section, type Shown } from "./section";

const SHOWN = 10;

export class Sectors implements Section {
  readonly element: HTMLElement;
  private readonly state = h("p", { class: "sub" });
  private readonly head = h("div", { class: "sector-row sector-head" }, ...["", "Sector", "holds", "an hour", "of work"].map((text) => h("span", {}, text)));
  private readonly list = h("div", { class: "sectors" });
  private readonly more = button("", () => this.toggleAll(), "linklike");
  private readonly card = h("div", { class: "card" });
  private readonly cardText = h("div");
  private readonly asset = assetSelect("Who searched");
  private readonly hours = numberInput("Hours searched", { min: 0.1, max: 10_000, step: "any", placeholder: "h" });
  private readonly mark = h("div", {}, field("Searched by", this.asset, this.hours), button("Mark as searched", () => this.markSearched()));
  private readonly order = h("button", { class: "primary wide", type: "button", on: { click: () => void this.orderSearch() } }, "Order the search");
  private isAll = false;
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.card.append(this.cardText, this.mark);
    this.element = folding("Sectors, the best first", true, this.state, this.card, this.head, this.list, this.more, this.order);
    this.list.addEventListener("pointerleave", () => desk.search.highlight(""));
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { plan, isPast } = shown;
    const sectors = [...plan.sectors].sort(byRank);
    const { chosen } = this.desk.searching;
    setText(this.state, this.stateLine(shown));
    this.head.hidden = sectors.length === 0;
    const isLong = sectors.length > SHOWN + 2;
    const listed = isLong && !this.isAll ? sectors.filter((sector, i) => i < SHOWN || sector.name === chosen) : sectors;
    rebuild(this.list, JSON.stringify([listed.map((s) => [s.name, s.rank, s.poc, s.p_per_hour, s.hours, s.pod]), isLong]), () => listed.map((sector) => this.row(sector)));
    for (const row of this.list.children) setClass(row, "is-chosen", (row as HTMLElement).dataset["sector"] === chosen);
    this.more.hidden = !isLong;
    setText(this.more, this.isAll ? "Show the first ten" : `Show all ${sectors.length}`);
    this.order.hidden = isPast || plan.is_ordered || plan.is_found || sectors.length === 0;
    this.renderCard(sectors.find((sector) => sector.name === chosen), isPast);
  }

  private stateLine({ plan, incident }: Shown): string {
    if (plan.sectors.length === 0) return "There is no sector: too little is left to search in the country.";
    const orderedS = incident.search?.ordered_s;
    if (!plan.is_ordered) return "Not ordered yet: names and outlines still change with the map.";
    return `Ordered${orderedS == null ? "" : ` at ${this.desk.times.local(orderedS)}`}: names and outlines stay as they are.`;
  }

  private row(sector: Sector): HTMLElement {
    const done = sector.pod > 0.005 ? `searched ${percent(sector.pod)}, ` : "";
    return h(
      "button", {
        class: "sector-row", type: "button", data: { sector: sector.name }, title: `${sector.name}: ${chance(sector.poc)} that it lies here; ${chance(sector.p_per_hour)} to find it in the first hour of a foot team`,
        on: { click: () => this.choose(sector), pointerenter: () => this.desk.search.highlight(sector.name), focus: () => this.desk.search.highlight(sector.name) },
      },
      h("span", { class: `rank tier-${tier(sector.rank)}` }, String(sector.rank)),
      h("span", { class: "sector-name" }, h("strong", {}, sector.name), h("span", { class: "dim" }, `${done}${area(sector.area_m2)} ${sector.cover}`)),
      h("span", { class: "num" }, chance(sector.poc)), h("span", { class: "num" }, chance(sector.p_per_hour)), h("span", { class: "num" }, hours(sector.hours)),
    );
  }

  private choose(sector: Sector): void {
    const { searching, search } = this.desk;
    searching.chosen = searching.chosen === sector.name ? "" : sector.name;
    if (searching.chosen !== "") search.show(boundsOfPlaces(sector.ring));
    this.desk.redraw();
  }

  private renderCard(sector: Sector | undefined, isPast: boolean): void {
    this.card.hidden = sector === undefined;
    this.mark.hidden = isPast || this.shown?.plan.is_found === true;
    if (sector === undefined) return;
    const who = (this.shown?.plan.assignments ?? []).filter((a) => a.sector === sector.name).map((a) => `${a.asset_id} ${hours(a.hours)}`);
    rebuild(this.cardText, JSON.stringify([sector.name, sector.mgrs, sector.pod, sector.hours, who]), () => [
      h("div", { class: "card-head" }, h("strong", {}, `Sector ${sector.name}`), sector.mgrs ? h("span", { class: "num" }, sector.mgrs) : null,
        sector.mgrs ? button("Copy", () => copy(this.desk, sector.mgrs ?? "")) : null),
      h("p", { class: "sub" }, `${chance(sector.poc)} that it lies here. ${sector.pod > 0.005 ? `What was searched would have found it with ${percent(sector.pod)}.` : "Nothing searched yet."}${who.length > 0 ? ` Planned: ${who.join(", ")}.` : " No team is planned here."}`),
    ]);
  }

  private async markSearched(): Promise<void> {
    const { chosen } = this.desk.searching;
    if (this.shown === null || chosen === "") return;
    const sector = this.shown.plan.sectors.find((one) => one.name === chosen);
    const spent = typed(this.hours);
    if (this.hours.value.trim() !== "" && spent === null) return this.desk.say("Hours: a number above 0, or nothing for once over.", "error");
    const asset = this.asset.value as AssetKind;
    const isDone = await this.desk.decide({
      action: "mark_searched", incident_id: this.shown.incident.incident_id, asset, sector: chosen, ...(spent === null ? {} : { hours: spent }),
      // Of an ordered sector the server keeps the outline; another may look different when this comes in.
      ...(sector === undefined || sector.is_ordered ? {} : { ring: sector.ring }),
    });
    if (!isDone) return;
    this.desk.say(`${chosen}: searched by ${words(asset)}. The map is worked out anew.`);
    this.hours.value = "";
  }

  private async orderSearch(): Promise<void> {
    if (this.shown === null) return;
    const { incident, plan } = this.shown;
    if (await confirmOrder(plan.sectors.length)) await this.desk.asOfficer((officer) => api.orderSearch(incident.incident_id, officer, plan.track_id));
  }

  private toggleAll(): void {
    this.isAll = !this.isAll;
    this.desk.redraw();
  }
}
