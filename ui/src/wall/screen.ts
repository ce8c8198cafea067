/** The wall's screen: one band for the state of the sky, a few lines under it, read from across a room and never touched. */

import { h, icon, rebuild, setData, setText } from "../dom";
import { utc, type Times } from "../format";
import { levelSign } from "../panels/signs";
import type { Desk } from "../model";
import { wallOf, type Seen } from "./state";

const UNKNOWN = "M8 9a4 4 0 1 1 5.500 3.700c-1 .500-1.500 1.200-1.500 2.300 M12 19h.01";
/** A title of so many letters takes two lines. */
const LONG = 50;

export class Screen {
  private readonly local = h("span", { class: "wall-local num" });
  private readonly zone = h("span", { class: "wall-zone" });
  private readonly utc = h("span", { class: "wall-utc num" });
  private readonly sign = h("span", { class: "wall-sign" });
  private readonly word = h("strong", { class: "wall-word" });
  private readonly note = h("span", { class: "wall-note" });
  private readonly band = h("section", { class: "wall-band", role: "status", aria: { live: "assertive", atomic: "true" } }, this.sign, h("div", { class: "wall-state" }, this.word, this.note));
  private readonly headline = h("h1");
  private readonly since = h("p", { class: "wall-since num" });
  private readonly lines = h("div", { class: "wall-lines" });
  private readonly troubles = h("div", { class: "wall-troubles" });
  readonly element: HTMLElement;

  constructor(info: Desk, private readonly times: Times) {
    const exercise = h("div", { class: "wall-exercise" }, "EXERCISE · RECONSTRUCTION");
    exercise.hidden = !info.is_exercise;
    this.element = h("main", { class: "wall-page" }, exercise,
      h("header", { class: "wall-top" }, h("span", { class: "wall-title" }, info.title), h("div", { class: "wall-clocks" }, this.local, this.zone, this.utc)),
      this.band, h("section", { class: "wall-what" }, this.headline, this.since), this.lines, this.troubles);
  }

  render(seen: Seen): void {
    const wall = wallOf(seen);
    const nowS = seen.picture.nowS();
    setText(this.local, this.times.local(nowS));
    setText(this.zone, Number.isFinite(nowS) ? this.times.offset(nowS) : "");
    setText(this.utc, utc(nowS));
    setData(this.element, "level", wall.level ?? "none");
    setData(this.element, "link", seen.link);
    rebuild(this.sign, wall.level ?? "none", () => [wall.level === null ? icon(UNKNOWN) : levelSign(wall.level)]);
    setText(this.word, wall.word);
    setText(this.note, wall.note);
    setText(this.headline, wall.headline);
    this.headline.classList.toggle("is-long", wall.headline.length > LONG);
    setText(this.since, wall.since);
    rebuild(this.lines, JSON.stringify(wall.lines), () => wall.lines.map(({ title, text, note, isUrgent }) => h("article", { class: `wall-line ${isUrgent ? "is-urgent" : ""}` },
      h("h2", {}, title), h("p", { class: "wall-text" }, text), h("p", { class: "wall-small" }, note))));
    rebuild(this.troubles, JSON.stringify(wall.troubles), () => wall.troubles.map((trouble) => h("span", {}, trouble)));
    document.title = `${wall.word} · Sargas`;
  }
}
