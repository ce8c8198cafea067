/** The map's layers from the ground up, as a function of the palette: a theme change only repaints them. */

import type { ExpressionSpecification, LayerSpecification, VariableAnchorOffsetCollectionSpecification } from "maplibre-gl";
import { SEARCH_SOURCES } from "../plan/features";
import type { LayerName } from "../settings";
import { WARNING_SOURCES } from "../warn/features";
import { FONT, FONT_STRONG } from "./fonts";
import type { Palette } from "./palette";
import { searchAreas, searchMarks, searchSectors } from "./searchlayers";
import { warningAreas, warningHandles, warningLines } from "./warninglayers";

export const SOURCES = [
  "zones", "country-names", "places", "coverage", "sensors", "cues", "directions", "witnesses",
  "ellipses", "trails", "vectors", "lost", "tracks", "selection", "findings", ...SEARCH_SOURCES, ...WARNING_SOURCES,
] as const;
export type SourceName = (typeof SOURCES)[number];

const get = (name: string): ExpressionSpecification => ["get", name];
const alpha: ExpressionSpecification = ["coalesce", ["get", "alpha"], 1];
const scaled = (factor: number): ExpressionSpecification => ["*", alpha, factor];
/** Beside its dot, else a little further off: a sensor often stands in the town. */
const TOWN_ANCHORS: VariableAnchorOffsetCollectionSpecification = [
  "left", [0.6, 0], "right", [-0.6, 0], "top", [0, 0.5], "bottom", [0, -0.5], "left", [1.5, 0], "right", [-1.5, 0], "bottom", [0, -1.3], "top", [0, 1.3],
];
const KIND = (p: Palette): ExpressionSpecification => [
  "match", get("look"),
  "cooperative", p.cooperative, "lost-known", p.cooperative, "friendly", p.friendly, "neutral", p.cooperative,
  "suspect", p.suspect, "hostile", p.hostile, "lost", p.lost, p.unknown,
];

function ground(p: Palette): LayerSpecification[] {
  const sovereign: ExpressionSpecification = ["==", get("kind"), "sovereign"];
  const isHome: ExpressionSpecification = ["boolean", ["get", "isHome"], false];
  return [
    { id: "outside", type: "background", paint: { "background-color": p.outside } },
    {
      id: "countries", type: "fill", source: "zones", filter: sovereign,
      paint: { "fill-color": ["case", isHome, p.home, p.country], "fill-antialias": false },
    },
    {
      id: "zone-fills", type: "fill", source: "zones", filter: ["!", sovereign],
      paint: { "fill-color": p.zoneFill, "fill-opacity": 0.07 },
    },
    {
      id: "coverage-fills", type: "fill", source: "coverage",
      paint: { "fill-color": p.coverage, "fill-opacity": ["case", ["==", get("isUp"), true], 0.035, 0] },
    },
    {
      id: "borders", type: "line", source: "zones", filter: ["all", sovereign, ["!", isHome]],
      paint: { "line-color": p.border, "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.8, 10, 1.4] },
    },
    {
      id: "home-glow", type: "line", source: "zones", filter: ["all", sovereign, isHome],
      paint: { "line-color": p.homeGlow, "line-width": ["interpolate", ["linear"], ["zoom"], 4, 4, 10, 10], "line-blur": 6, "line-opacity": 0.5 },
    },
    {
      id: "home-border", type: "line", source: "zones", filter: ["all", sovereign, isHome],
      paint: { "line-color": p.homeBorder, "line-width": ["interpolate", ["linear"], ["zoom"], 4, 1.2, 10, 2.2] },
    },
    {
      id: "zone-lines", type: "line", source: "zones", filter: ["!", sovereign],
      paint: { "line-color": p.zone, "line-width": 1.2, "line-dasharray": [5, 2, 1, 2], "line-opacity": 0.8 },
    },
    {
      id: "coverage-lines", type: "line", source: "coverage",
      paint: {
        "line-color": ["case", ["==", get("isUp"), true], p.coverage, p.sensorOff],
        "line-width": 1, "line-dasharray": [2, 3], "line-opacity": ["case", ["==", get("isUp"), true], 0.45, 0.6],
      },
    },
  ];
}

function heard(p: Palette): LayerSpecification[] {
  return [
    { id: "cue-fills", type: "fill", source: "cues", paint: { "fill-pattern": "hatch", "fill-opacity": scaled(0.4) } },
    {
      id: "cue-lines", type: "line", source: "cues",
      paint: { "line-color": p.heard, "line-width": 1.6, "line-dasharray": [6, 3], "line-opacity": scaled(0.9) },
    },
    {
      id: "direction-fills", type: "fill", source: "directions", filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": p.heard, "fill-opacity": scaled(0.11) },
    },
    {
      id: "direction-lines", type: "line", source: "directions",
      paint: {
        "line-color": p.heard, "line-opacity": scaled(0.8),
        "line-width": ["case", ["==", ["geometry-type"], "LineString"], 1.5, 0.7],
      },
    },
  ];
}

function names(p: Palette): LayerSpecification[] {
  const enough: ExpressionSpecification = [
    ">=", get("population"),
    ["step", ["zoom"], 400_000, 5.5, 150_000, 6.3, 60_000, 7, 20_000, 8, 6_000, 8.8, 2_500, 9.6, 700, 10.6, 0],
  ];
  return [
    {
      id: "country-names", type: "symbol", source: "country-names", maxzoom: 10,
      layout: {
        "text-field": ["upcase", get("name")], "text-font": FONT_STRONG, "text-letter-spacing": 0.28, "text-max-width": 8,
        "text-size": ["interpolate", ["linear"], ["zoom"], 4, 10, 8, 15],
      },
      paint: { "text-color": p.countryName, "text-halo-color": p.townHalo, "text-halo-width": 1, "text-opacity": 0.85 },
    },
    {
      id: "zone-names", type: "symbol", source: "zones", filter: ["!=", get("kind"), "sovereign"], minzoom: 7.5,
      layout: {
        "symbol-placement": "line", "text-field": get("name"), "text-font": FONT, "text-size": 10.5, "text-letter-spacing": 0.06,
        "text-offset": [0, 0.8], "symbol-spacing": 400, "text-max-angle": 30,
      },
      paint: { "text-color": p.zone, "text-halo-color": p.townHalo, "text-halo-width": 1.4 },
    },
    {
      id: "places", type: "symbol", source: "places", filter: enough,
      layout: {
        "icon-image": "town", "icon-allow-overlap": true, "icon-ignore-placement": true, "text-field": get("name"), "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 5, ["interpolate", ["linear"], get("population"), 0, 9.5, 500_000, 12],
          11, ["interpolate", ["linear"], get("population"), 0, 11.5, 500_000, 17]],
        "text-variable-anchor-offset": TOWN_ANCHORS, "text-justify": "auto", "text-max-width": 9,
        "symbol-sort-key": ["-", 0, get("population")],
      },
      paint: { "text-color": p.town, "text-halo-color": p.townHalo, "text-halo-width": 1.3, "icon-color": p.town },
    },
  ];
}

function people(p: Palette): LayerSpecification[] {
  return [
    {
      id: "sensors", type: "symbol", source: "sensors",
      layout: {
        "icon-image": get("icon"), "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 5, 0.6, 9, 1],
        "text-field": ["step", ["zoom"], "", 9.2, get("name")], "text-font": FONT, "text-size": 10.5, "text-anchor": "top", "text-offset": [0, 1.1],
        "text-optional": true, "text-max-width": 10,
      },
      paint: { "text-color": p.sensor, "text-halo-color": p.townHalo, "text-halo-width": 1.3 },
    },
    {
      id: "direction-names", type: "symbol", source: "directions", filter: ["has", "label"],
      layout: {
        "text-field": get("label"), "text-font": FONT_STRONG, "text-size": 11.5, "text-offset": [0.9, -0.7],
      },
      paint: { "text-color": p.heard, "text-opacity": alpha, "text-halo-color": p.halo, "text-halo-width": 1.4 },
    },
    {
      id: "witnesses", type: "symbol", source: "witnesses",
      layout: {
        "icon-image": "person", "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 6, 0.75, 10, 1.1],
        "text-field": ["step", ["zoom"], "", 9.5, get("text")], "text-font": FONT, "text-size": 11, "text-anchor": "top", "text-offset": [0, 1.1],
        "text-optional": true, "text-max-width": 14,
      },
      paint: {
        "icon-opacity": alpha, "text-opacity": alpha,
        "text-color": p.heard, "text-halo-color": p.halo, "text-halo-width": 1.4,
      },
    },
  ];
}

function air(p: Palette): LayerSpecification[] {
  return [
    {
      id: "ellipse-fills", type: "fill", source: "ellipses",
      paint: { "fill-color": KIND(p), "fill-opacity": ["case", ["boolean", get("isQuiet")], 0, ["boolean", get("isLost")], scaled(0.07), scaled(0.12)] },
    },
    {
      id: "ellipse-lines", type: "line", source: "ellipses", filter: ["!", get("isLost")],
      paint: { "line-color": KIND(p), "line-width": 1.1, "line-opacity": scaled(0.75) },
    },
    {
      id: "ellipse-lost", type: "line", source: "ellipses", filter: ["boolean", get("isLost")],
      paint: {
        "line-color": KIND(p), "line-width": ["case", ["boolean", get("isQuiet")], 0.8, 1.6], "line-dasharray": [3, 2.5],
        "line-opacity": ["case", ["boolean", get("isQuiet")], 0.3, 0.95],
      },
    },
    {
      id: "trails", type: "line", source: "trails", layout: { "line-join": "round", "line-cap": "round" },
      paint: {
        "line-color": KIND(p), "line-opacity": ["*", get("fade"), 0.75],
        "line-width": ["case", ["==", get("look"), "cooperative"], 1.2, 2.2],
      },
    },
    {
      id: "vectors", type: "line", source: "vectors", layout: { "line-cap": "round" },
      paint: { "line-color": KIND(p), "line-width": ["case", ["==", get("look"), "cooperative"], 1.2, 2], "line-opacity": scaled(0.9) },
    },
    {
      id: "lost", type: "symbol", source: "lost",
      layout: {
        "icon-image": "last-seen", "icon-allow-overlap": true, "text-field": get("label"), "text-font": FONT, "text-size": 11,
        "text-anchor": "top", "text-offset": [0, 0.8], "text-optional": true,
      },
      paint: { "text-color": p.lost, "text-halo-color": p.halo, "text-halo-width": 1.6 },
    },
    {
      id: "findings", type: "symbol", source: "findings",
      layout: {
        "icon-image": "crossing", "icon-allow-overlap": true, "text-field": get("label"), "text-font": FONT, "text-size": 10.5,
        "text-anchor": "left", "text-offset": [0.9, 0], "text-optional": true,
      },
      paint: { "text-color": p.red, "text-halo-color": p.halo, "text-halo-width": 1.6 },
    },
    trackLayer("tracks-minor", true, p),
    {
      id: "selection", type: "symbol", source: "selection",
      layout: { "icon-image": get("icon"), "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
    trackLayer("tracks", false, p),
  ];
}

function trackLayer(id: string, isMinor: boolean, p: Palette): LayerSpecification {
  return {
    id, type: "symbol", source: "tracks", filter: ["==", get("isMinor"), isMinor],
    layout: {
      "icon-image": get("icon"), "icon-allow-overlap": true, "icon-ignore-placement": false,
      "icon-size": isMinor ? ["interpolate", ["linear"], ["zoom"], 5, 0.55, 9, 0.9] : ["interpolate", ["linear"], ["zoom"], 5, 0.8, 9, 1],
      "text-field": ["format", get("name"), { "text-font": ["literal", FONT_STRONG] }, "\n", {}, get("line"), { "font-scale": 0.88 }],
      "text-font": FONT, "text-size": isMinor ? 10.5 : 13, "text-optional": true, "text-line-height": 1.15, "text-max-width": 16,
      "text-variable-anchor": ["left", "right", "top-left", "bottom-left", "top-right", "bottom-right", "top", "bottom"],
      "text-radial-offset": isMinor ? 1 : ["case", ["==", get("level"), "white"], 1.5, 2.5], "text-justify": "auto", "text-padding": 3,
      "symbol-sort-key": get("rank"),
    },
    paint: {
      "icon-opacity": alpha,
      "text-opacity": isMinor ? ["max", 0.55, alpha] : ["max", 0.7, alpha],
      "text-color": isMinor ? p.labelDim : ["match", get("level"), "red", p.red, "yellow", p.yellow, p.label],
      "text-halo-color": p.halo, "text-halo-width": 1.8, "text-halo-blur": 0.4,
    },
  };
}

export function layers(palette: Palette): LayerSpecification[] {
  return [
    ...ground(palette), ...warningAreas(), ...searchAreas(palette), ...heard(palette), ...names(palette), ...searchSectors(palette), ...people(palette),
    ...warningLines(palette), ...air(palette), ...searchMarks(palette), ...warningHandles(palette),
  ];
}

/** Return those layers that draw one of the sources: the map of a page that shows less. */
export function layersOf(palette: Palette, sources: ReadonlySet<string>): LayerSpecification[] {
  return layers(palette).filter((layer) => !("source" in layer) || sources.has(layer.source));
}

/** Which layers a person's switch shows or hides; what concerns tracks is decided track by track. */
export const SWITCHED: Record<Exclude<LayerName, "labels" | "cooperative" | "lost">, string[]> = {
  trails: ["trails"],
  observations: ["cue-fills", "cue-lines", "direction-fills", "direction-lines", "direction-names", "witnesses"],
  coverage: ["coverage-fills", "coverage-lines"],
  zones: ["zone-fills", "zone-lines", "zone-names"],
  places: ["places"],
  search: [
    "search-bands", "search-band-lines", "search-band-names", "search-done", "search-done-lines", "search-sectors", "search-sector-lines",
    "search-names", "search-hazards", "search-hazard-lines", "search-hazard-names", "search-marks",
  ],
  warnings: [
    "warning-fills", "warning-casing", "warning-lines-white", "warning-lines-yellow", "warning-lines-red", "warning-bad", "warning-other",
    "warning-reaches", "warning-reach-names", "warning-names", "warning-handles",
  ],
};
