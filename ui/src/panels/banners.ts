/** The strips under the top bar that must not be missed: lost connection, replay, exercise. */

import { h, setText } from "../dom";
import type { Desk } from "../desk";
import { nWaiting } from "../alarm/queue";
import { duration } from "../format";
import { skyLevel } from "../model";
import type { Link } from "../stream";

/** So long before its end a session says so. */
const ENDING_S = 1_800;

export class Banners {
  readonly element = h("div", { class: "banners" });
  private readonly lost = h("div", { class: "banner lost", role: "alert" });
  private readonly lostText = h("span");
  private readonly replay: HTMLElement;
  private readonly replayText = h("span");
  private readonly trouble = h("div", { class: "banner trouble", role: "alert" });
  private readonly looking = h("div", { class: "banner looking" });
  private readonly exercise = h("div", { class: "banner exercise" });

  constructor(private readonly desk: Desk, backToLive: () => void) {
    this.lost.append(h("strong", {}, "CONNECTION LOST"), this.lostText);
    this.replay = h(
      "div", { class: "banner replay" }, h("strong", {}, "REPLAY"), this.replayText,
      h("button", { class: "quiet", type: "button", on: { click: backToLive } }, "Back to live"),
    );
    this.exercise.append(h("strong", {}, "RECONSTRUCTION / EXERCISE"), h("span", {}, "not real time, not real events"));
    this.exercise.hidden = !desk.info.is_exercise;
    this.element.append(this.lost, this.trouble, this.replay, this.looking, this.exercise);
  }

  /** Say in time that the session ends, so that it does not end while an alarm stands. */
  private ending(): string {
    const { me, live, times } = this.desk;
    const left = me.ends_s == null ? Infinity : me.ends_s - live.nowS();
    return left > ENDING_S || left < 0 ? "" : `Your session ends at ${times.local(me.ends_s!)}. Sign out and in again when it suits you.`;
  }

  render(link: Link, quietMs: number): void {
    const { view, live } = this.desk;
    this.lost.hidden = link !== "lost";
    setText(this.lostText, `Nothing for ${duration(quietMs / 1_000)}. The picture is old. Trying again…`);
    const notice = this.desk.denied || this.ending();
    this.looking.hidden = notice === "";
    setText(this.looking, notice);
    this.trouble.hidden = live.trouble.length === 0;
    setText(this.trouble, live.trouble.join(" "));
    this.replay.hidden = view !== "replay";
    if (view === "replay") {
      const n = nWaiting(live);
      const level = skyLevel(live.incidents.values());
      setText(this.replayText, n > 0 ? `The past. LIVE NOW: ${level.toUpperCase()}, ${n} alarm${n > 1 ? "s" : ""} not acknowledged` : "You are looking at the past. The live watch goes on.");
      this.replay.classList.toggle("urgent", n > 0 && level === "red");
      this.replay.classList.toggle("likely", n > 0 && level === "yellow");
    }
    document.body.classList.toggle("is-lost", link === "lost");
    document.body.classList.toggle("is-replay", view === "replay");
  }
}
