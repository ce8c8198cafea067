/** The decision clock as a strip: the steps from the first report to the delivery, each with the time it took; the one awaited ticks. */

import { h, rebuild, setText } from "../dom";
import type { Desk } from "../desk";
import { stopwatch, utc } from "../format";
import { stepsOf } from "../warn/clock";
import type { Incident } from "../model";

export class ClockStrip {
  readonly element = h("ol", { class: "clock-strip", aria: { label: "Decision clock: time since the first report" } });
  private running: HTMLElement | null = null;

  constructor(private readonly desk: Desk) {}

  render(incident: Incident): void {
    const { clock } = incident;
    this.element.hidden = clock == null;
    if (clock == null) return;
    const isOver = incident.status === "closed" || incident.level === "white";
    rebuild(this.element, JSON.stringify([clock, isOver]), () => {
      this.running = null;
      return stepsOf(clock, isOver).map(({ name, atS, afterS, isRunning }, i) => {
        const time = h("span", { class: "num" }, afterS === null ? (isRunning ? "" : "–") : i === 0 ? this.desk.times.local(atS!) : stopwatch(afterS));
        if (isRunning) this.running = time;
        const state = atS !== null ? "is-reached" : isRunning ? "is-running" : "is-missing";
        const said = atS !== null ? `${this.desk.times.local(atS)} local, ${utc(atS)}` : isRunning ? "awaited" : "not reached";
        return h("li", { class: state, title: `${name}: ${said}` }, time, h("span", {}, name));
      });
    });
    if (this.running !== null) setText(this.running, stopwatch(this.desk.picture.nowS() - clock.first_report_s));
  }
}
