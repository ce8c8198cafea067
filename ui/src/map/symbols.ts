/** The tracks' frames, by milsymbol; every other sign is drawn in `signs.ts`, for pages that show no tracks. */

import ms from "milsymbol";
import type { Palette } from "./palette";
import { blank, PIXEL_RATIO, signImage } from "./signs";
import type { Look } from "./tracks";

/** Standard identity digits of APP-6 and MIL-STD-2525D: 0 pending, 1 unknown, 3 friend, 4 neutral, 5 suspect, 6 hostile. */
const IDENTITY: Record<Look, string> = {
  pending: "0", unknown: "1", lost: "1", "lost-known": "4", cooperative: "4", neutral: "4", friendly: "3", suspect: "5", hostile: "6",
};

/** Return the 20-digit code of APP-6E: air symbol set, no entity, because the kind of aircraft is not known; a lost track is "anticipated" (dashed). */
export function sidc(look: Look): string {
  return `100${IDENTITY[look]}01${look.startsWith("lost") ? "1" : "0"}${"0".repeat(13)}`;
}

/** A frame alone, with a dot where the track stands; the program claims no more than it knows. */
function milImage(look: Look, p: Palette): ImageData {
  const colours: Record<Look, string> = {
    pending: p.unknown, unknown: p.unknown, lost: p.lost, "lost-known": p.cooperative, cooperative: p.cooperative, neutral: p.cooperative,
    friendly: p.friendly, suspect: p.suspect, hostile: p.hostile,
  };
  const isSmall = look === "cooperative" || look === "lost-known";
  const symbol = new ms.Symbol(sidc(look), {
    size: (isSmall ? 12 : 19) * PIXEL_RATIO, monoColor: colours[look], fill: false, icon: false, infoFields: false,
    strokeWidth: isSmall ? 10 : 8, outlineWidth: isSmall ? 10 : 7, outlineColor: p.halo,
  });
  // The frame's own centre must sit on the track: the picture is padded until it does.
  const source = symbol.asCanvas();
  const anchor = symbol.getAnchor();
  const [canvas, context] = blank(2 * Math.ceil(Math.max(anchor.x, source.width - anchor.x, anchor.y, source.height - anchor.y)) / PIXEL_RATIO);
  context.drawImage(source, canvas.width / 2 - anchor.x, canvas.height / 2 - anchor.y);
  dot(context, canvas.width / 2, (isSmall ? 1.6 : 2.6) * PIXEL_RATIO, colours[look]);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function dot(context: CanvasRenderingContext2D, centre: number, radius: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(centre, centre, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Return any image of the air picture by its name. */
export function image(name: string, p: Palette): ImageData | null {
  return name.startsWith("track:") ? milImage(name.slice(6) as Look, p) : signImage(name, p);
}
