/** The success curve: how the probability of having found it grows with the hours of all teams together. */

import type { SuccessPoint } from "../../plan/types";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [336, 132, 44, 12, 10, 24];

/** Return a step of hours such that an axis has three to six marks. */
export function hourStep(end: number): number {
  return [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000].find((step) => end / step <= 6) ?? 5_000;
}

/** Return the probability at the top of the axis: the curve fills at least some of it. */
export function axisTop(points: readonly SuccessPoint[]): number {
  const most = Math.max(0, ...points.map((point) => point.pos));
  return [0.1, 0.2, 0.4, 0.6].find((top) => most <= 0.95 * top) ?? 1;
}

function shape(tag: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  return element;
}

/** Return the curve with its axes; `expectedH` is marked, null where nothing can be found. */
export function successChart(points: readonly SuccessPoint[], expectedH: number | null): SVGElement {
  const end = Math.max(...points.map((point) => point.hours), 0.25);
  const x = (hours: number): number => LEFT + (hours / end) * (WIDTH - LEFT - RIGHT);
  const top = axisTop(points);
  const y = (pos: number): number => HEIGHT - BOTTOM - (pos / top) * (HEIGHT - TOP - BOTTOM);
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", role: "img", "aria-label": summary(points, expectedH) });
  for (const pos of [0, top / 2, top]) {
    svg.append(shape("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(pos), y2: y(pos), class: "grid" }), shape("text", { x: LEFT - 6, y: y(pos) + 4, class: "tick end" }, `${Math.round(pos * 100)} %`));
  }
  const step = hourStep(end);
  for (let hours = 0; hours <= end + 1e-9; hours += step) {
    svg.append(shape("text", { x: x(hours), y: HEIGHT - 7, class: "tick middle" }, hours === 0 ? "0 h" : String(hours)));
  }
  const line = points.map(({ hours, pos }, i) => `${i === 0 ? "M" : "L"}${x(hours).toFixed(1)} ${y(pos).toFixed(1)}`).join("");
  if (points.length > 1) {
    svg.append(shape("path", { d: `${line}L${x(points.at(-1)!.hours).toFixed(1)} ${y(0)}L${x(points[0]!.hours).toFixed(1)} ${y(0)}Z`, class: "under" }), shape("path", { d: line, class: "curve" }));
  }
  if (expectedH !== null && expectedH <= end) {
    const isRight = x(expectedH) > WIDTH * 0.6;
    svg.append(shape("line", { x1: x(expectedH), x2: x(expectedH), y1: TOP, y2: y(0), class: "mean" }),
      shape("text", { x: x(expectedH) + (isRight ? -5 : 5), y: TOP + 10, class: `tick ${isRight ? "end" : ""}` }, "mean, if found"));
  }
  return svg;
}

function summary(points: readonly SuccessPoint[], expectedH: number | null): string {
  const last = points.at(-1);
  const end = last === undefined ? "no effort planned" : `${Math.round(last.pos * 100)} % after ${last.hours.toFixed(1)} hours`;
  return `Probability of having found it: ${end}${expectedH === null ? "" : `; ${expectedH.toFixed(1)} hours on average if it is found`}`;
}
