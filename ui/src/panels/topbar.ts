/** The bar on top: the state of the sky, the time, and the few switches. */

import { h, icon, rebuild, setData, setText } from "../dom";
import type { Desk } from "../desk";
import { nWaiting } from "../alarm/queue";
import { utc } from "../format";
import { may } from "../me";
import { skyLevel } from "../model";
import type { SoundState } from "../sound";
import { healthSummary } from "./health";
import { ICONS, LEVEL_MEANING, LEVEL_WORD, levelSign, toolButton } from "./signs";

export interface TopbarActions {
  toggleSound(): void;
  toggleTheme(): void;
  toggleLayers(): void;
  help(): void;
  home(): void;
  openReplay(): void;
  toggleFollow(): void;
  changeOfficer(): void;
}

const SOUND_TEXT: Record<SoundState, string> = { on: "Sound on", muted: "Sound off", blocked: "Enable sound" };

export class Topbar {
  readonly element: HTMLElement;
  private readonly sky = h("div", { class: "sky", role: "status" });
  private readonly local = h("div", { class: "time-local" });
  private readonly localNote = h("div", { class: "time-note" });
  private readonly utc = h("div", { class: "time-utc" });
  private readonly sound: HTMLButtonElement;
  private readonly theme: HTMLButtonElement;
  private readonly follow: HTMLButtonElement;
  private readonly replay: HTMLButtonElement;
  private readonly officer: HTMLButtonElement;

  constructor(private readonly desk: Desk, actions: TopbarActions) {
    this.sound = h("button", { class: "sound", type: "button", on: { click: () => actions.toggleSound() } });
    this.follow = toolButton("follow", "Follow what matters most (F)", () => actions.toggleFollow());
    this.theme = toolButton("moon", "Night or day (N)", () => actions.toggleTheme());
    this.replay = h("button", { class: "quiet replay-button", type: "button", on: { click: () => actions.openReplay() } }, icon(ICONS.replay), "Replay");
    this.officer = h("button", { class: "quiet officer", type: "button", title: desk.me.is_open ? "Who is on watch" : "As whom you are signed in", on: { click: () => actions.changeOfficer() } });
    this.element = h(
      "header", { class: "topbar" },
      this.sky,
      h("div", { class: "title" }, h("strong", {}, "Sargas"), h("span", {}, desk.info.title)),
      h("div", { class: "times", aria: { label: "Time of the picture" } }, h("div", { class: "time-stack" }, this.local, this.localNote), h("div", { class: "time-stack utc" }, this.utc, h("div", { class: "time-note" }, "UTC"))),
      h("nav", { class: "tools" }, this.officer, this.replay, this.sound,
        this.follow, toolButton("home", "Whole area (H)", () => actions.home()), toolButton("layers", "Layers (L)", () => actions.toggleLayers()), this.theme,
        toolButton("help", "Keys (?)", () => actions.help())),
    );
  }

  render(sound: SoundState): void {
    const { live, picture, times, settings, info, view } = this.desk;
    const nowS = picture.nowS();
    this.renderSky();
    setText(this.local, times.local(nowS));
    setText(this.localNote, `${times.date(nowS)} · ${times.offset(nowS || 0)}`);
    setText(this.utc, utc(nowS));
    rebuild(this.sound, sound, () => [icon(sound === "on" ? ICONS.sound : ICONS.muted), h("span", {}, SOUND_TEXT[sound])]);
    setData(this.sound, "state", sound);
    this.sound.title = sound === "blocked" ? "The browser keeps the page silent until you click" : "Silence or sound (M)";
    rebuild(this.theme, settings.theme, () => [icon(settings.theme === "night" ? ICONS.moon : ICONS.sun)]);
    this.follow.setAttribute("aria-pressed", String(this.desk.isFollowing));
    this.replay.hidden = view === "replay" || live.clock.is_played || !may(this.desk.me, "investigate");
    rebuild(this.officer, settings.officer, () => [icon(ICONS.person), h("span", {}, settings.officer || "Who is on watch?")]);
    this.officer.classList.toggle("is-unnamed", settings.officer === "");
    const level = skyLevel(live.incidents.values());
    const n = nWaiting(live);
    document.title = `${n > 0 ? `(${n}) ` : ""}${LEVEL_WORD[level]} · ${info.title} · Sargas`;
  }

  private renderSky(): void {
    const { live } = this.desk;
    const isKnown = Number.isFinite(live.clock.now_s);
    const level = skyLevel(live.incidents.values());
    const { nSilent } = healthSummary(live.health.values());
    const note = !isKnown ? "no picture yet" : this.desk.isLost ? "last known" : level === "white" && nSilent > 0 ? `clear where watched; ${nSilent} silent` : LEVEL_MEANING[level];
    setData(this.sky, "level", isKnown ? level : "none");
    rebuild(this.sky, `${level} ${note}`, () => [
      levelSign(level), h("div", {}, h("div", { class: "sky-word" }, isKnown ? LEVEL_WORD[level] : "SKY"), h("div", { class: "sky-note" }, note)),
    ]);
  }
}
