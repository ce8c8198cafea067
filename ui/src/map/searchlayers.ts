/** The layers of a search: bands of probability under the air picture, sectors and marks over the towns. */

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { FONT_STRONG } from "./fonts";
import type { Palette } from "./palette";

const get = (name: string): ExpressionSpecification => ["get", name];
const isChosen: ExpressionSpecification = ["boolean", ["get", "isChosen"], false];
const isArea: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const tiers = <T extends string | number>(values: readonly [T, T, T, T]): ExpressionSpecification =>
  ["match", get("tier"), 0, values[0], 1, values[1], 2, values[2], values[3]];

/** Each band lies on the wider ones and adds to them: the likeliest place is the strongest. */
export function searchAreas(p: Palette): LayerSpecification[] {
  return [
    {
      id: "search-bands", type: "fill", source: "search-bands",
      paint: { "fill-color": p.band, "fill-opacity": ["step", get("share"), p.bandAlpha[0], 0.6, p.bandAlpha[1], 0.8, p.bandAlpha[2], 0.92, p.bandAlpha[3]] },
    },
    {
      id: "search-band-lines", type: "line", source: "search-bands",
      paint: { "line-color": p.band, "line-width": ["step", get("share"), 1.6, 0.6, 1], "line-opacity": 0.75 },
    },
    { id: "search-done", type: "fill", source: "search-done", filter: isArea, paint: { "fill-pattern": "hatch-done", "fill-opacity": 0.9 } },
    {
      id: "search-done-lines", type: "line", source: "search-done", layout: { "line-join": "round" },
      paint: { "line-color": p.searched, "line-width": ["case", isArea, 1, 2.4], "line-opacity": 0.9 },
    },
  ];
}

export function searchSectors(p: Palette): LayerSpecification[] {
  return [
    {
      id: "search-sectors", type: "fill", source: "search-sectors",
      paint: { "fill-color": p.sectors[0], "fill-opacity": ["case", isChosen, 0.12, 0] },
    },
    {
      id: "search-sector-lines", type: "line", source: "search-sectors",
      // Neighbours share an edge: the better one's line lies on top.
      layout: { "line-join": "round", "line-sort-key": ["case", isChosen, 9, ["-", 0, get("tier")]] },
      paint: { "line-color": ["case", isChosen, p.sectors[0], tiers(p.sectors)], "line-width": ["case", isChosen, 4, tiers([2.8, 2, 1.3, 0.8])],
        // From afar a hundred outlines would hide the bands under them.
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 9, ["case", isChosen, 1, tiers([1, 1, 0.7, 0.25])], 11, ["case", isChosen, 1, tiers([1, 1, 1, 0.9])]],
      },
    },
    { id: "search-hazards", type: "fill", source: "search-hazards", paint: { "fill-color": p.red, "fill-opacity": 0.16 } },
    { id: "search-hazard-lines", type: "line", source: "search-hazards", paint: { "line-color": p.red, "line-width": 2.4, "line-dasharray": [3, 1.5] } },
    {
      id: "search-band-names", type: "symbol", source: "search-bands",
      layout: {
        "symbol-placement": "line", "text-field": get("label"), "text-font": FONT_STRONG, "text-size": 11, "symbol-spacing": 260,
        "text-max-angle": 35, "text-padding": 1,
      },
      paint: { "text-color": p.bandName, "text-halo-color": p.halo, "text-halo-width": 1.6 },
    },
    {
      id: "search-names", type: "symbol", source: "search-names",
      layout: {
        "text-field": ["step", ["zoom"], ["case", ["<", get("tier"), 2], get("name"), ""], 10, ["case", ["<", get("tier"), 3], get("name"), ""],
          11.2, ["format", get("name"), { "text-font": ["literal", FONT_STRONG] }, "\n", {}, get("line"), { "font-scale": 0.85 }]],
        "text-font": FONT_STRONG, "text-size": ["case", isChosen, 15, tiers([14, 13, 11.5, 10.5])], "text-line-height": 1.1,
        "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 1.2, "text-justify": "auto",
        "symbol-sort-key": ["case", isChosen, 0, get("rank")], "text-padding": 2,
      },
      paint: { "text-color": ["case", isChosen, p.sectors[0], tiers([p.sectors[0], p.sectors[1], p.sectors[2], p.sectors[2]])], "text-halo-color": p.halo, "text-halo-width": 1.8 },
    },
  ];
}

export function searchMarks(p: Palette): LayerSpecification[] {
  return [
    {
      id: "search-marks", type: "symbol", source: "search-marks",
      layout: {
        "icon-image": get("icon"), "icon-allow-overlap": true, "text-field": get("label"), "text-font": FONT_STRONG, "text-size": 12,
        "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 1.1, "text-justify": "auto", "text-optional": true,
        "text-padding": 1, "symbol-sort-key": get("rank"),
      },
      paint: {
        "text-color": ["match", get("kind"), "find", p.red, "best", p.sectors[0], "clue", p.heard, p.lost], "text-halo-color": p.halo, "text-halo-width": 1.8,
      },
    },
    {
      id: "search-hazard-names", type: "symbol", source: "search-hazards",
      layout: { "symbol-placement": "line", "text-field": ["upcase", get("label")], "text-font": FONT_STRONG, "text-size": 11.5, "text-letter-spacing": 0.08, "symbol-spacing": 220, "text-offset": [0, -0.8] },
      paint: { "text-color": p.red, "text-halo-color": p.halo, "text-halo-width": 1.6 },
    },
  ];
}

