/** The answer first: the best place, how sure that is, and what must not be done there. */

import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { percent, position } from "../../format";
import { circle } from "../../geo";
import { boundsOfPlaces, boundsOfPlan } from "../../plan/features";
import type { SearchPlan } from "../../plan/types";
import { areaLine, fate, promise } from "../../plan/words";
import { button, copy, type Section, type Shown } from "./section";

const AROUND_BEST_M = 1_500;

export class Headline implements Section {
  readonly element = h("div", { class: "headline" });

  constructor(private readonly desk: Desk) {}

  render({ plan }: Shown): void {
    const { best_mgrs: mgrs, best_lat_deg: lat, best_lon_deg: lon } = plan;
    const [flying, left] = [plan.p_flying, fate(plan, "left")];
    rebuild(this.element, JSON.stringify([mgrs, lat, lon, areaLine(plan), flying, left, plan.p_there, promise(plan)]), () => [
      h("div", { class: "best-head" }, h("span", {}, plan.is_found ? "It was most likely here" : "Most likely here"), button("Show", () => this.desk.search.show(boundsOfPlaces(circle(lon, lat, AROUND_BEST_M, 8))), "linklike")),
      h("div", { class: "best" }, h("strong", { class: "mgrs" }, mgrs || position(lat, lon)), button("Copy", () => copy(this.desk, mgrs || position(lat, lon)))),
      mgrs ? h("p", { class: "num dim" }, position(lat, lon)) : null,
      h("p", { class: "areas" }, areaLine(plan) || "The plan has no area.", " ", button("Show", () => this.desk.search.show(boundsOfPlan(plan, 0.95)), "linklike")),
      h("div", { class: "odds" }, ...odds(plan).map(([name, value]) => h("div", {}, h("span", { class: "num" }, value), h("span", {}, name)))),
      h("p", { class: "sub" }, promise(plan)),
    ]);
  }
}

function odds(plan: SearchPlan): [string, string][] {
  const left = fate(plan, "left");
  return [
    ["down in the country, now or later", percent(plan.p_there)], ["still flying", percent(plan.p_flying)],
    ...(left === null ? [] : [["left the country", percent(left)] as [string, string]]),
  ];
}
