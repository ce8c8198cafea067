/** The signs of the desk: a level is a shape, a word and a colour, always all three. */

import { h, icon } from "../dom";
import type { Priority } from "../alarm/types";
import { LEVEL_WORD } from "../levelwords";
import type { HealthState, Level } from "../model";

export { LEVEL_MEANING, LEVEL_WORD } from "../levelwords";
const LEVEL_PATH: Record<Level, string> = {
  red: "M4 4h16v16H4Z",
  yellow: "M12 3.500 22 20.500H2Z",
  white: "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16",
};

export function levelSign(level: Level): SVGSVGElement {
  return icon(LEVEL_PATH[level], { class: `level-sign ${level}`, fill: level !== "white" });
}

export function levelBadge(level: Level): HTMLElement {
  return h("span", { class: `badge ${level}` }, levelSign(level), LEVEL_WORD[level]);
}

/** One, two or three bars: told apart from the levels' shapes, and counted at a glance. */
const PRIORITY_PATH: Record<Priority, string> = {
  high: "M3 14h4v7H3Z M10 9h4v12h-4Z M17 3h4v18h-4Z", medium: "M3 14h4v7H3Z M10 9h4v12h-4Z", low: "M3 14h4v7H3Z",
};

export function prioritySign(priority: Priority): HTMLElement {
  return h("span", { class: `priority ${priority}`, title: `Priority ${priority}` }, icon(PRIORITY_PATH[priority], { fill: true }), priority);
}

const HEALTH_PATH: Record<HealthState, string> = {
  ok: "M5 12.500l5 5 9-11",
  late: "M12 6v7l4 3 M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18",
  degraded: "M12 5v9 M12 19h.01",
  silent: "M6 6l12 12 M18 6 6 18",
  failed: "M6 6l12 12 M18 6 6 18",
  maintenance: "M7 12h10",
  unknown: "M9 9a3 3 0 1 1 4 3c-.7.300-1 .8-1 1.800 M12 18h.01",
};

export function healthSign(state: HealthState): SVGSVGElement {
  return icon(HEALTH_PATH[state], { class: `health-sign ${state}` });
}

export const ICONS = {
  sound: "M4 9v6h4l5 4V5L8 9Z M16.500 8.500a5 5 0 0 1 0 7 M19 6a8.500 8.500 0 0 1 0 12",
  muted: "M4 9v6h4l5 4V5L8 9Z M17 9.500l5 5 M22 9.500l-5 5",
  moon: "M20 14.500A8.500 8.500 0 1 1 9.500 4 7 7 0 0 0 20 14.500Z",
  sun: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M12 2v2 M12 20v2 M2 12h2 M20 12h2 M5 5l1.400 1.400 M17.600 17.600 19 19 M5 19l1.400-1.400 M17.600 6.400 19 5",
  layers: "M12 4 3 9l9 5 9-5Z M3 14l9 5 9-5",
  help: "M9 9a3 3 0 1 1 4 3c-.7.300-1 .8-1 1.800 M12 17.500h.01 M12 2.500a9.500 9.500 0 1 0 0 19a9.500 9.500 0 1 0 0-19",
  home: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M12 2v4 M12 18v4 M2 12h4 M18 12h4",
  follow: "M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5 M12 10.200a1.800 1.800 0 1 0 0 3.600a1.800 1.800 0 1 0 0-3.600",
  close: "M6 6l12 12 M18 6 6 18",
  play: "M8 5l11 7-11 7Z",
  pause: "M8 5v14 M16 5v14",
  replay: "M4 12a8 8 0 1 0 3-6.200 M7 2v4h4",
  back: "M15 5l-7 7 7 7",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13 M15.500 15.500 21 21",
  pen: "M4 20l1-4L16 5l3 3L8 19Z M14 7l3 3",
  horn: "M4 10v4h3l8 5V5L7 10Z M19 9a4 4 0 0 1 0 6",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 1H4Z M10 21h4",
  belloff: "M6 17V11a6 6 0 0 1 9-5 M18 11v6l2 1H4 M10 21h4 M4 4l16 16",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18 M12 7v5l3.500 2",
  undo: "M8 5 4 9l4 4 M4 9h10a6 6 0 0 1 0 12h-3",
  person: "M12 4a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7 M5 20a7 7 0 0 1 14 0",
} as const;

/** Return a square button with an icon, named for a screen reader and by its tip. */
export function toolButton(name: keyof typeof ICONS, label: string, onClick: () => void): HTMLButtonElement {
  return h("button", { class: "tool", type: "button", title: label, aria: { label }, on: { click: onClick } }, icon(ICONS[name]));
}
