/** The layers of warnings: areas with a pattern and a line of their own for each level, the reach of lost tracks, and handles. */

import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import type { Level } from "../trackmodel";
import { FONT_STRONG } from "./fonts";
import type { Palette } from "./palette";

const get = (name: string): ExpressionSpecification => ["get", name];
const isForce: ExpressionSpecification = ["==", get("role"), "force"];
const isOther: ExpressionSpecification = ["==", get("role"), "other"];
const isBad: ExpressionSpecification = ["boolean", get("isBad"), false];
const colour = (p: Palette): ExpressionSpecification => ["match", get("level"), "red", p.red, "yellow", p.yellow, p.label];

export function warningAreas(): LayerSpecification[] {
  return [{
    id: "warning-fills", type: "fill", source: "warning-areas", filter: ["all", ["!", isOther], ["boolean", get("isFilled"), true]],
    paint: { "fill-pattern": ["concat", "area:", get("level")], "fill-opacity": ["case", isForce, 0.45, 0.7] },
  }];
}

/** Red is a whole line, yellow a broken one, white a row of dots: the level is read without its colour. */
const DASHES: Record<Level, number[] | null> = { red: null, yellow: [4, 2], white: [0.1, 1.8] };

function outline(level: Level, p: Palette): LayerSpecification {
  const filter: FilterSpecification = ["all", ["==", get("level"), level], ["!", isOther], ["!", isBad]];
  const dash = DASHES[level];
  return {
    id: `warning-lines-${level}`, type: "line", source: "warning-areas", filter, layout: { "line-join": "round", "line-cap": level === "white" ? "round" : "butt" },
    paint: { "line-color": colour(p), "line-width": ["case", isForce, 2.2, 3.2], ...(dash === null ? {} : { "line-dasharray": dash }) },
  };
}

export function warningLines(p: Palette): LayerSpecification[] {
  return [
    { id: "warning-casing", type: "line", source: "warning-areas", filter: ["!", isOther], layout: { "line-join": "round" }, paint: { "line-color": p.halo, "line-width": 6, "line-opacity": 0.75 } },
    ...(["white", "yellow", "red"] as const).map((level) => outline(level, p)),
    { id: "warning-bad", type: "line", source: "warning-areas", filter: isBad, paint: { "line-color": p.selected, "line-width": 3, "line-dasharray": [1, 1.2] } },
    { id: "warning-other", type: "line", source: "warning-areas", filter: isOther, paint: { "line-color": p.selected, "line-width": 1.6, "line-dasharray": [6, 3, 1, 3] } },
    { id: "warning-reaches", type: "line", source: "warning-reaches", paint: { "line-color": p.lost, "line-width": 2, "line-dasharray": [5, 4] } },
    {
      id: "warning-reach-names", type: "symbol", source: "warning-reaches",
      layout: { "symbol-placement": "line", "text-field": get("label"), "text-font": FONT_STRONG, "text-size": 11.5, "symbol-spacing": 420, "text-offset": [0, -0.8] },
      paint: { "text-color": p.lost, "text-halo-color": p.halo, "text-halo-width": 1.6 },
    },
    {
      id: "warning-names", type: "symbol", source: "warning-areas",
      layout: {
        "symbol-placement": "line", "text-field": ["upcase", get("label")], "text-font": FONT_STRONG, "text-size": 12, "text-letter-spacing": 0.06,
        "symbol-spacing": 380, "text-offset": [0, -1], "text-max-angle": 40,
      },
      paint: { "text-color": ["case", isOther, p.selected, colour(p)], "text-halo-color": p.halo, "text-halo-width": 1.8 },
    },
  ];
}

export function warningHandles(p: Palette): LayerSpecification[] {
  const isMiddle: ExpressionSpecification = ["boolean", get("isMiddle"), false];
  const isChosen: ExpressionSpecification = ["boolean", get("isChosen"), false];
  return [{
    id: "warning-handles", type: "circle", source: "warning-handles",
    paint: {
      "circle-radius": ["case", isMiddle, 4, isChosen, 9, 6.5], "circle-color": ["case", isMiddle, p.halo, isChosen, p.selected, p.label],
      "circle-stroke-color": ["case", isMiddle, p.label, p.halo], "circle-stroke-width": ["case", isMiddle, 1.6, 2.4], "circle-opacity": 0.95,
    },
  }];
}
