/** The bar of a played view: pause, speed, and a line of time with the incidents on it. */

import { api } from "../api";
import { h, icon, rebuild, setText } from "../dom";
import type { Desk } from "../desk";
import { utc } from "../format";
import { ICONS } from "./signs";

const SPEEDS = [1, 5, 20, 60];

export class Playbar {
  readonly element: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly speeds = h("div", { class: "segments", role: "group", aria: { label: "Speed" } });
  private readonly slider = h("input", { type: "range", min: 0, max: 1000, step: 1, aria: { label: "Time" } });
  private readonly marks = h("div", { class: "marks" });
  private readonly start = h("span", { class: "num dim" });
  private readonly end = h("span", { class: "num dim" });
  private readonly tip = h("output", { class: "num tip" });
  private isScrubbing = false;

  constructor(private readonly desk: Desk) {
    this.play = h("button", { class: "tool play", type: "button", on: { click: () => this.toggle() } });
    this.slider.addEventListener("input", () => {
      this.isScrubbing = true;
      setText(this.tip, desk.times.local(this.scrubbed()));
    });
    this.slider.addEventListener("change", () => void this.jump());
    for (const speed of SPEEDS) {
      this.speeds.append(h("button", { type: "button", data: { speed: String(speed) }, on: { click: () => void this.send({ speed, is_paused: false }) } }, `${speed}×`));
    }
    this.element = h(
      "section", { class: "playbar", aria: { label: "Playback" } }, this.play, this.speeds,
      h("div", { class: "scrub" }, h("div", { class: "track-line" }, this.marks, this.slider), h("div", { class: "ends" }, this.start, this.tip, this.end)),
    );
  }

  render(): void {
    const { clock } = this.desk.picture;
    const { start_s, end_s } = clock;
    this.element.hidden = !clock.is_played;
    document.body.classList.toggle("is-played", clock.is_played);
    if (!clock.is_played) document.body.classList.remove("is-jumping");
    if (!clock.is_played) return;
    const isRunning = !clock.is_paused && !clock.is_at_end;
    rebuild(this.play, `${isRunning} ${clock.is_at_end}`, () => [icon(clock.is_at_end ? ICONS.replay : isRunning ? ICONS.pause : ICONS.play)]);
    this.play.title = clock.is_at_end ? "Play again from the start (Space)" : isRunning ? "Pause (Space)" : "Play (Space)";
    this.play.setAttribute("aria-label", this.play.title);
    for (const button of this.speeds.children) {
      const isOn = Number((button as HTMLElement).dataset["speed"]) === (clock.speed ?? 1);
      button.classList.toggle("is-on", isOn);
      button.setAttribute("aria-pressed", String(isOn));
    }
    const hasEnds = start_s != null && end_s != null && end_s > start_s;
    this.slider.disabled = !hasEnds;
    if (!hasEnds) return;
    const { times } = this.desk;
    setText(this.start, times.local(start_s));
    setText(this.end, times.local(end_s));
    const { jumping_to_s } = clock;
    this.element.classList.toggle("is-jumping", jumping_to_s != null);
    document.body.classList.toggle("is-jumping", jumping_to_s != null);
    if (jumping_to_s != null) {
      this.slider.value = String(Math.round(((jumping_to_s - start_s) / (end_s - start_s)) * 1_000));
      setText(this.tip, `going to ${times.local(jumping_to_s)}…`);
    } else if (!this.isScrubbing) {
      this.slider.value = String(Math.round(((this.desk.picture.nowS() - start_s) / (end_s - start_s)) * 1_000));
      setText(this.tip, clock.is_at_end ? "end" : "");
    }
    this.slider.title = `${times.local(this.scrubbed())} · ${utc(this.scrubbed())}`;
    this.renderMarks(start_s, end_s);
  }

  private renderMarks(startS: number, endS: number): void {
    const marks = [...this.desk.picture.incidents.values()]
      .filter((incident) => incident.opened_s >= startS && incident.opened_s <= endS)
      .map((incident) => [incident.incident_id, incident.highest_level, incident.opened_s, incident.title] as const);
    rebuild(this.marks, JSON.stringify([marks, startS, endS]), () => marks.map(([, level, openedS, title]) => {
      const mark = h("i", { class: level, title: `${this.desk.times.local(openedS)} ${title}` });
      mark.style.left = `${((openedS - startS) / (endS - startS)) * 100}%`;
      return mark;
    }));
  }

  private scrubbed(): number {
    const { start_s, end_s } = this.desk.picture.clock;
    return (start_s ?? 0) + (Number(this.slider.value) / 1_000) * ((end_s ?? 0) - (start_s ?? 0));
  }

  toggle(): void {
    const { clock } = this.desk.picture;
    if (!clock.is_played) return;
    if (clock.is_at_end && clock.start_s != null) void this.send({ jump_to_s: clock.start_s, is_paused: false });
    else void this.send({ is_paused: !clock.is_paused });
  }

  private async jump(): Promise<void> {
    await this.send({ jump_to_s: this.scrubbed() });
    this.slider.blur();
    this.isScrubbing = false;
  }

  private async send(change: Parameters<typeof api.play>[1]): Promise<void> {
    try {
      await api.play(this.desk.view, change);
    } catch (error) {
      this.desk.say(error instanceof Error ? error.message : String(error), "error");
    }
  }
}
