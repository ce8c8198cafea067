/** Before the all-clear: what can still be flying, until when, how far it can be, and who would have seen it. */

import { h, rebuild, setText } from "../../dom";
import type { Desk } from "../../desk";
import { distance, stopwatch } from "../../format";
import { inForce } from "../../warn/types";
import { reachM, stillFlying } from "../../warn/words";
import type { Section, Shown } from "./section";

const SENSORS_SHOWN = 3;

export class AllClear implements Section {
  private readonly title = h("strong");
  private readonly list = h("div", { class: "lost-list" });
  readonly element = h("section", { class: "all-clear", aria: { label: "Before the all-clear" } }, h("div", { class: "all-clear-head" }, this.title), this.list);
  private readonly counts = new Map<number, { left: HTMLElement; reach: HTMLElement }>();

  constructor(private readonly desk: Desk) {}

  render({ incident, content, around, nowS }: Shown): void {
    const left = stillFlying(incident.lost, nowS);
    const isWanted = content?.level === "white" || inForce(around.state, nowS) !== null || incident.level === "white";
    this.element.hidden = left.length === 0 || !isWanted;
    if (this.element.hidden) return;
    const { times, sensors } = this.desk;
    const last = Math.max(...left.map((track) => track.flies_until_s));
    setText(this.title, `No all-clear before ${times.local(last)}: ${left.length === 1 ? "one track" : `${left.length} tracks`} can still be flying.`);
    rebuild(this.list, JSON.stringify(left), () => left.map((track) => {
      const [time, reach] = [h("span", { class: "num" }), h("span", { class: "num" })];
      this.counts.set(track.track_id, { left: time, reach });
      const names = (track.sensors ?? []).map((id) => sensors.get(id)?.name || id);
      const watching = names.length > SENSORS_SHOWN ? [...names.slice(0, SENSORS_SHOWN), `${names.length - SENSORS_SHOWN} more`] : names;
      return h("div", { class: "lost-track" },
        h("div", { class: "lost-head" }, h("button", { class: "linklike", type: "button", on: { click: () => this.desk.select({ kind: "track", id: track.track_id }) } }, `Track ${track.track_id}`), h("span", {}, track.kind ?? "")),
        h("dl", { class: "facts" },
          h("dt", {}, "Can fly until"), h("dd", {}, times.local(track.flies_until_s), ", ", time, " more"),
          h("dt", {}, "Can be within"), h("dd", {}, reach, " of where it was lost at ", times.local(track.last_report_s)),
          h("dt", {}, "Would be seen by"), h("dd", {}, watching.length === 0 ? "no sensor: nobody watches there" : watching.join(", "))));
    }));
    for (const track of left) {
      const counts = this.counts.get(track.track_id);
      if (counts === undefined) continue;
      setText(counts.left, stopwatch(track.flies_until_s - nowS));
      setText(counts.reach, distance(reachM(track, nowS)));
    }
  }
}
