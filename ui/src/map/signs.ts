/** The signs that are drawn here, all but the tracks' frames; in the colours of the theme. */

import type { Map as MapLibreMap } from "maplibre-gl";
import type { HealthState, SensorKind } from "../model";
import type { Palette } from "./palette";

export const PIXEL_RATIO = 2;
export type Draw = (name: string, palette: Palette) => ImageData | null;

/** Return an empty square image of `size` pixels of the page. */
export function blank(size: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(size * PIXEL_RATIO);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser gives no canvas to draw on.");
  return [canvas, context];
}

/** Draw path data of a 24-unit grid into an image of `size` pixels, with a dark rim so that it reads on any ground. */
function sign(size: number, colour: string, rim: string, paths: { d: string; fill?: boolean; width?: number; dash?: number[] }[]): ImageData {
  const [canvas, context] = blank(size);
  context.scale(canvas.width / 24, canvas.height / 24);
  context.lineCap = context.lineJoin = "round";
  // The rim is two pixels wide whatever the size of the sign.
  for (const { colour: stroke, extra } of [{ colour: rim, extra: 60 / size }, { colour, extra: 0 }]) {
    context.strokeStyle = context.fillStyle = stroke;
    for (const { d, fill, width = 1.8, dash = [] } of paths) {
      context.lineWidth = width + extra;
      context.setLineDash(extra ? [] : dash);
      const path = new Path2D(d);
      if (fill) context.fill(path);
      context.stroke(path);
    }
  }
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

const KIND_PATHS: Record<SensorKind, string> = {
  radar: "M5 8a9 9 0 0 0 11 11Z M10.500 13.500 17 7 M16 3a5 5 0 0 1 5 5",
  acoustic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3Z M6 11a6 6 0 0 0 12 0 M12 17v4",
  radio_df: "M12 10v11 M8 21h8 M7 13a6 6 0 0 1 0-8 M17 13a6 6 0 0 0 0-8 M12 9h.01",
  camera: "M3 8h4l2-3h6l2 3h4v11H3Z M12 10a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7",
  adsb: "M12 12v9 M8.500 8.500a5 5 0 0 1 7 0 M5.500 5.500a9.200 9.200 0 0 1 13 0 M12 12h.01",
  remote_id: "M6 6l4 4 M18 6l-4 4 M6 18l4-4 M18 18l-4-4 M10 10h4v4h-4Z",
  observer: "M12 4a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7 M5 21a7 7 0 0 1 14 0",
  neighbour: "M4 20V9l8-5 8 5v11 M9 20v-6h6v6",
  other: "M12 5a7 7 0 1 0 0 14a7 7 0 1 0 0-14",
};
/** Health as a shape at the corner too: a bar for late, a cross for silent or failed; nothing for a sound sensor. */
const HEALTH_PATHS: Partial<Record<HealthState, string>> = {
  late: "M21 16v3 M21 22h.01", degraded: "M21 16v3 M21 22h.01", silent: "M17 17l5 5 M22 17l-5 5", failed: "M17 17l5 5 M22 17l-5 5",
};

export const sensorIcon = (kind: SensorKind, state: HealthState): string => `sensor:${kind}:${state}`;

export function sensorColour(state: HealthState, p: Palette): string {
  if (state === "ok") return p.sensorOk;
  if (state === "late" || state === "degraded") return p.sensorBad;
  return state === "silent" || state === "failed" ? p.sensorOff : p.sensor;
}

function sensorImage(name: string, p: Palette): ImageData {
  const [, kind, state] = name.split(":") as ["sensor", SensorKind, HealthState];
  const paths = [{ d: KIND_PATHS[kind] ?? KIND_PATHS.other }];
  const mark = HEALTH_PATHS[state];
  if (mark !== undefined) paths.push({ d: mark });
  return sign(20, sensorColour(state, p), p.halo, paths);
}

/** A seamless 45-degree hatch; crossed, it falls to both sides. */
function hatch(colour: string, isCrossed = false): ImageData {
  const [canvas, context] = blank(12);
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.globalAlpha = 0.55;
  const n = canvas.width;
  for (const offset of [-n, 0, n]) {
    for (const [from, to] of isCrossed ? [[n + 2, -2], [-2, n + 2]] : [[n + 2, -2]]) {
      context.beginPath();
      context.moveTo(offset - 2, from!);
      context.lineTo(offset + n + 2, to!);
      context.stroke();
    }
  }
  return context.getImageData(0, 0, n, n);
}

/** A seamless field of dots. */
function dots(colour: string): ImageData {
  const [canvas, context] = blank(12);
  context.fillStyle = colour;
  context.globalAlpha = 0.55;
  context.beginPath();
  context.arc(canvas.width / 2, canvas.width / 2, 2.6, 0, 2 * Math.PI);
  context.fill();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function bracket(size: number, colour: string, rim: string): ImageData {
  return sign(size, colour, rim, [{ d: "M2 7V2h5 M17 2h5v5 M22 17v5h-5 M7 22H2v-5", width: 24 / size * 1.8 }]);
}

/** An alarm ring drawn round a track: two solid rings for red, one broken ring for yellow. */
function ring(level: "red" | "yellow", p: Palette): ImageData {
  const circleOf = (radius: number): string => `M12 ${12 - radius}a${radius} ${radius} 0 1 0 0 ${2 * radius}a${radius} ${radius} 0 1 0 0-${2 * radius}`;
  const paths = level === "red"
    ? [{ d: circleOf(11), width: 0.9 }, { d: circleOf(8.9), width: 0.5 }]
    : [{ d: circleOf(10), width: 0.9, dash: [3.2, 2.03] }];
  return sign(60, p[level], p.halo, paths);
}

/** Return a sign by its name in the colours of a palette; null for a name that is none. */
export function signImage(name: string, p: Palette): ImageData | null {
  if (name.startsWith("sensor:")) return sensorImage(name, p);
  switch (name) {
    case "town": return sign(7, p.town, p.townHalo, [{ d: "M12 5a7 7 0 1 0 0 14a7 7 0 1 0 0-14", fill: true }]);
    case "person": return sign(22, p.heard, p.halo, [{ d: KIND_PATHS.observer }]);
    case "last-seen": return sign(18, p.lost, p.halo, [{ d: "M5 5l14 14 M19 5 5 19", width: 2.2 }]);
    case "crossing": return sign(16, p.red, p.halo, [{ d: "M12 3l9 9-9 9-9-9Z", width: 2.2 }]);
    case "selected": return bracket(52, p.selected, p.halo);
    case "ring:red": return ring("red", p);
    case "ring:yellow": return ring("yellow", p);
    case "hatch": return hatch(p.heard);
    case "area:red": return hatch(p.red, true);
    case "area:yellow": return hatch(p.yellow);
    case "area:white": return dots(p.label);
    case "hatch-done": return hatch(p.searched);
    case "clue": return sign(20, p.heard, p.halo, [{ d: "M12 3l9 9-9 9-9-9Z M12 8v5 M12 16h.01" }]);
    case "best": return sign(30, p.sectors[0], p.halo, [{ d: "M12 5a7 7 0 1 0 0 14a7 7 0 1 0 0-14 M12 1v6 M12 17v6 M1 12h6 M17 12h6", width: 1.9 }]);
    case "find": return sign(26, p.red, p.halo, [{ d: "M12 3 22 20.500H2Z M12 9.500v5 M12 17.500h.01", width: 2 }]);
    case "me": return sign(22, p.me, p.halo, [{ d: "M12 6a6 6 0 1 0 0 12a6 6 0 1 0 0-12", fill: true }]);
    default: return null;
  }
}

/** Draw an image when the map first asks for it. */
export function addImage(map: MapLibreMap, name: string, palette: Palette, draw: Draw = signImage): void {
  const drawn = draw(name, palette);
  if (drawn !== null && !map.hasImage(name)) map.addImage(name, drawn, { pixelRatio: PIXEL_RATIO });
}

/** Draw every image again in the colours of another theme. */
export function repaintImages(map: MapLibreMap, palette: Palette, draw: Draw = signImage): void {
  for (const name of map.listImages()) {
    const drawn = draw(name, palette);
    if (drawn !== null) map.updateImage(name, drawn);
  }
}
