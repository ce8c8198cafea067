/** What people and neighbours say, as they say it, over the map; the sensors' newest bearings in one line below. */

import { h, rebuild } from "../dom";
import type { Desk } from "../desk";
import { compass, course } from "../format";
import type { Bearing, Cue, Observation, Sighting } from "../model";

const SHOWN = 3;
const SHOWN_S = 480;
const BEARING_S = 45;
type Word = Cue | Sighting;

const heardAt = (observation: Observation): number => observation.received_s || observation.time_s;
const isWord = (observation: Observation): observation is Word => observation.kind === "cue" || observation.kind === "sighting";

/** Return the words that came in lately, the newest first. */
export function newestWords(observations: readonly Observation[], nowS: number): Word[] {
  return observations.filter(isWord).filter((word) => nowS - heardAt(word) < SHOWN_S)
    .sort((a, b) => heardAt(b) - heardAt(a)).slice(0, SHOWN);
}

/** Return each sensor's newest bearing that is still worth reading, as a line. */
export function bearingLine(observations: readonly Observation[], nowS: number, nameOf: (sensor: string) => string): string {
  const newest = new Map<string, Bearing>();
  for (const observation of observations) {
    if (observation.kind === "bearing" && nowS - observation.time_s < BEARING_S) newest.set(observation.sensor, observation);
  }
  return [...newest].sort(([a], [b]) => a.localeCompare(b))
    .map(([sensor, bearing]) => `${nameOf(sensor)} ${course(bearing.azimuth_deg)}`).join(" · ");
}

const SENSES = { seen: "seen", heard: "heard", both: "seen and heard" } as const;

function how(word: Word): string {
  if (word.kind === "cue") return "a warning";
  const towards = word.azimuth_deg == null ? "" : `, to the ${compass(word.azimuth_deg)}`;
  return `${SENSES[word.sense]}${towards}`;
}

export class WordsPanel {
  readonly element = h("div", { class: "words", role: "log", aria: { label: "What was reported" } });

  constructor(private readonly desk: Desk, private readonly show: (lonDeg: number, latDeg: number) => void) {}

  render(): void {
    const { picture, settings, sensors, times } = this.desk;
    const nowS = picture.nowS();
    const name = (sensor: string): string => sensors.get(sensor)?.name || sensor;
    const words = settings.layers.observations ? newestWords(picture.observations, nowS) : [];
    const bearings = settings.layers.observations ? bearingLine(picture.observations, nowS, name) : "";
    const rows = words.map((word) => [word, name(word.sensor)] as const);
    rebuild(this.element, JSON.stringify([rows, bearings]), () => [
      ...rows.map(([word, sensor], i) => {
        const [lon, lat] = word.kind === "cue" ? word.area[0]! : [word.lon_deg, word.lat_deg];
        const who = word.kind === "sighting" && word.reporter ? `${sensor}, ${word.reporter}` : sensor;
        return h("button", { class: `word ${i === 0 ? "" : "is-old"}`, type: "button", title: "Show where", on: { click: () => this.show(lon, lat) } },
          h("div", { class: "word-head" }, h("span", {}, `${who}: ${how(word)}`), h("span", { class: "num" }, times.local(word.time_s))),
          word.text ? h("div", { class: "word-text" }, `“${word.text}”`) : null);
      }),
      bearings ? h("div", { class: "bearings" }, `Bearings: ${bearings}`) : null,
    ]);
  }
}
