/** The signs of what flew: each has its own shape, so that colour is never needed. The colours are those of Okabe and Ito. */

import type { ObjectType } from "./types";

export type SignName = "attack" | "decoy" | "drone" | "missile" | "aircraft" | "balloon" | "other";
export const SIGN_OF: Record<ObjectType, SignName> = {
  attack_drone: "attack", decoy_drone: "decoy", reconnaissance_drone: "drone", small_drone: "drone", drone: "drone", cruise_missile: "missile",
  missile: "missile", balloon: "balloon", aircraft: "aircraft", helicopter: "aircraft", unknown: "other", other: "other",
};
export const SIGN_WORDS: Record<SignName, string> = {
  attack: "attack drone", decoy: "decoy drone", drone: "other drone", missile: "missile", aircraft: "aircraft, helicopter", balloon: "balloon", other: "other, unknown",
};
interface Shape {
  path: string;
  fill: string | null;
  line: string;
  width: number;
}
/** On a 24-unit grid; `ink` stands for the text's colour. */
const SHAPES: Record<SignName, Shape> = {
  attack: { path: "M12 2.5 22 20.5H2z", fill: "#e8630a", line: "edge", width: 1.4 },
  decoy: { path: "M12 4 20.6 19.5H3.4z", fill: "paper", line: "#ff7d2b", width: 3 },
  drone: { path: "M12 2 21 12 12 22 3 12z", fill: "#e69f00", line: "edge", width: 1.4 },
  missile: { path: "M12 1.5 16.5 10V22h-9V10z", fill: "ink", line: "edge", width: 1.4 },
  aircraft: { path: "M4.5 4.5h15v15h-15z", fill: "#12b08a", line: "edge", width: 1.4 },
  balloon: { path: "M12 4a8 8 0 1 1 0 16 8 8 0 1 1 0-16z", fill: "paper", line: "#4aa3e0", width: 3.4 },
  other: { path: "M12 3v18M3 12h18", fill: null, line: "#93a1ad", width: 3.4 },
};
export interface Inks {
  ink: string;
  paper: string;
  edge: string;
}

const SVG = "http://www.w3.org/2000/svg";

/** Return the sign as a picture in the text. */
export function signIcon(type: ObjectType = "unknown"): SVGSVGElement {
  const name = SIGN_OF[type];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `type-sign is-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name].path);
  svg.append(path);
  return svg;
}

/** Return the sign as an image of the map. */
export function signImage(name: SignName, { ink, paper, edge }: Inks, pixels: number): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = pixels;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser draws no pictures.");
  const { path, fill, line, width } = SHAPES[name];
  const colour = (told: string): string => ({ ink, paper, edge })[told] ?? told;
  context.scale(pixels / 24, pixels / 24);
  const shape = new Path2D(path);
  context.lineJoin = "round";
  if (fill !== null) {
    context.fillStyle = colour(fill);
    context.fill(shape);
  }
  context.strokeStyle = colour(line);
  context.lineWidth = width;
  context.stroke(shape);
  return context.getImageData(0, 0, pixels, pixels);
}
