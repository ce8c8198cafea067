/** The counts as bars: incidents, and beside them objects at least, with a line to how many at most. */

import { h } from "../dom";
import type { Row, Statistics, StatisticsKey } from "./types";
import { objects, rowName } from "./words";

const SVG = "http://www.w3.org/2000/svg";
const [WIDE, HIGH] = [100, 14];
const TITLES: Partial<Record<StatisticsKey, string>> = { year: "By year", country: "By country", type: "By type", origin: "By origin", outcome: "By outcome" };
export const SHOWN: readonly StatisticsKey[] = ["year", "country", "type", "origin", "outcome"];

function bar(kind: string, from: number, to: number, most: number): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", `bar ${kind}`);
  svg.setAttribute("aria-hidden", "true");
  // Objects reach from one to hundreds: their square roots can be seen beside each other.
  const scaled = (value: number): number => WIDE * (kind === "objects" ? Math.sqrt(value / most) : value / most);
  const add = (x: number, y: number, width: number, height: number, name: string): void => {
    const rect = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ x, y, width: Math.max(0.6, width), height })) rect.setAttribute(key, String(value));
    rect.setAttribute("class", name);
    svg.append(rect);
  };
  add(0, 1, scaled(from), HIGH - 2, "sure");
  if (to > from) {
    add(scaled(from), HIGH / 2 - 0.8, scaled(to) - scaled(from), 1.6, "most");
    add(scaled(to) - 0.8, 3, 0.8, HIGH - 6, "most");
  }
  return svg;
}

/** Return one chart; `choose` hears which bar was pressed. */
export function chart({ by, rows }: Statistics, chosen: string, choose: (key: StatisticsKey, value: string) => void): HTMLElement {
  const key = by[0] ?? "year";
  const most = Math.max(1, ...rows.map((row) => row.n_incidents));
  const mostObjects = Math.max(1, ...rows.map((row) => row.n_max));
  const sorted = key === "year" ? rows : [...rows].sort((a, b) => b.n_incidents - a.n_incidents);
  const line = (row: Row): HTMLElement => {
    const value = row.keys[0] ?? "";
    const name = rowName(key, value);
    const told = `${name}: ${row.n_incidents} ${row.n_incidents === 1 ? "incident" : "incidents"}, ${objects(row.n_min, row.n_max)} objects`;
    return h("button", { class: value === chosen ? "row is-on" : "row", type: "button", aria: { label: told, pressed: String(value === chosen) }, title: told, on: { click: () => choose(key, value) } },
      h("span", { class: "name" }, name), bar("incidents", row.n_incidents, row.n_incidents, most), h("span", { class: "num" }, String(row.n_incidents)),
      bar("objects", row.n_min, row.n_max, mostObjects), h("span", { class: "num" }, objects(row.n_min, row.n_max)));
  };
  return h("section", { class: "chart" }, h("h3", {}, TITLES[key] ?? key),
    h("div", { class: "row heads", aria: { hidden: "true" } }, h("span"), h("span", {}, "incidents"), h("span"), h("span", {}, "objects: least, most"), h("span")),
    ...sorted.map(line));
}
