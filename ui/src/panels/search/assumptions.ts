/** What the map is reckoned from and an officer may know better: kind, wind, height, take-off, light and ground. */

import { h, rebuild, setText } from "../../dom";
import type { Desk } from "../../desk";
import { percent, words } from "../../format";
import { COVERS, LIGHTS, type Cover, type Light, type SearchSettings } from "../../plan/types";
import { capital } from "../../plan/words";
import { button, field, folding, numberInput, setSettings, typed, type Section, type Shown } from "./section";

const AS_IT_IS = "";

export class Assumptions implements Section {
  readonly element: HTMLElement;
  private readonly kinds = h("div", { class: "kinds" });
  private readonly kind = h("select", { aria: { label: "What it is" } });
  private readonly height = numberInput("Height above the ground in metres", { min: 0, max: 30_000, step: 10, placeholder: "?" });
  private readonly windFrom = numberInput("Wind from, degrees", { min: 0, max: 360, step: 1, placeholder: "from" });
  private readonly windSpeed = numberInput("Wind in metres per second", { min: 0, max: 100, step: "any", placeholder: "speed" });
  private readonly windHeight = numberInput("Wind measured at, metres above the ground", { min: 1, max: 20_000, step: 1, placeholder: "10" });
  private readonly earliest = h("input", { type: "time", class: "short", aria: { label: "Took off at the earliest, local time" } });
  private readonly latest = h("input", { type: "time", class: "short", aria: { label: "Took off at the latest, local time" } });
  private readonly cover = select("Ground", COVERS);
  private readonly light = select("Light", LIGHTS);
  private readonly sectorHours = numberInput("Hours of work in a sector", { min: 0.25, max: 1_000, step: "any" });
  private readonly apply = button("Work it out with these", () => this.send(), "primary small");
  private readonly undo = button("Undo", () => this.forget());
  private readonly note = h("p", { class: "sub" });
  private isDirty = false;
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    const form = h("div", { class: "form", on: { input: () => this.touch(), change: () => this.touch() } },
      field("What it is", this.kind), this.kinds,
      field("Height", this.height, unit("m above ground")),
      field("Wind", this.windFrom, unit("°"), this.windSpeed, unit("m/s at"), this.windHeight, unit("m")),
      field("Took off", this.earliest, unit("to"), this.latest), field("Ground", this.cover), field("Light", this.light),
      field("A sector is", this.sectorHours, unit("hours of a foot team")));
    this.element = folding("What is assumed", false, form, h("div", { class: "inline" }, this.apply, this.undo), this.note);
  }

  render(shown: Shown): void {
    this.shown = shown;
    this.apply.hidden = this.undo.hidden = !this.isDirty;
    for (const input of this.element.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) input.disabled = shown.isPast;
    if (!this.isDirty) this.fill(shown);
    const kinds = Object.entries(shown.plan.kinds).sort((a, b) => b[1] - a[1]).filter(([, share]) => share >= 0.005);
    rebuild(this.kinds, JSON.stringify(kinds), () => kinds.map(([kind, share]) => h("span", { class: "kind" }, capital(words(kind)), " ", h("span", { class: "num" }, percent(share)))));
  }

  private fill({ settings, plan }: Shown): void {
    const { wind, take_off, kinds = {} } = settings;
    const [only, ...others] = Object.keys(kinds).filter((kind) => (kinds[kind] ?? 0) > 0);
    rebuild(this.kind, JSON.stringify([Object.keys(plan.kinds), kinds]), () => [
      h("option", { value: AS_IT_IS }, others.length > 0 ? "as weighed before" : "not known: all, as weighed"),
      ...Object.keys(plan.kinds).sort().map((kind) => h("option", { value: kind }, capital(words(kind)))),
    ]);
    this.kind.value = only !== undefined && others.length === 0 ? only : AS_IT_IS;
    this.height.value = show(settings.height_agl_m);
    [this.windFrom.value, this.windSpeed.value, this.windHeight.value] = [show(wind?.from_deg), show(wind?.speed_mps), show(wind?.at_height_m)];
    [this.earliest.value, this.latest.value] = [this.clock(take_off?.earliest_s), this.clock(take_off?.latest_s)];
    [this.cover.value, this.light.value, this.sectorHours.value] = [settings.cover ?? "mixed", settings.light ?? "day", show(settings.sector_hours ?? 4)];
    setText(this.note, wind == null ? "No wind was given: a calm with its usual spread is assumed." : "");
  }

  private clock(timeS: number | null | undefined): string {
    return timeS == null ? "" : this.desk.times.local(timeS).slice(0, 5);
  }

  private touch(): void {
    this.isDirty = true;
    this.apply.hidden = this.undo.hidden = false;
  }

  private forget(): void {
    this.isDirty = false;
    if (this.shown !== null) this.render(this.shown);
  }

  private async send(): Promise<void> {
    if (this.shown === null) return;
    const read = this.read(this.shown);
    if (typeof read === "string") return this.desk.say(read, "error");
    if (await setSettings(this.desk, this.shown, read)) this.forget();
  }

  /** Return the settings as they stand in the form, or what is wrong with them. */
  private read({ settings, plan }: Shown): SearchSettings | string {
    const numbers = [this.height, this.windFrom, this.windSpeed, this.windHeight, this.sectorHours];
    const wrong = numbers.find((input) => input.value.trim() !== "" && typed(input) === null);
    if (wrong !== undefined) return `${wrong.getAttribute("aria-label")}: from ${wrong.min} to ${wrong.max}.`;
    const [speed, from] = [typed(this.windSpeed), typed(this.windFrom)];
    if ((speed === null) !== (from === null)) return "Wind: both where it comes from and how strong it is.";
    const before = plan.loss.track.last_report_s;
    const latest = this.desk.times.lastAt(this.latest.value, before);
    const earliest = this.desk.times.lastAt(this.earliest.value, latest ?? before);
    if ((latest === null) !== (earliest === null)) return "Took off: both the earliest and the latest time.";
    const only = this.kind.value;
    const kinds = only === AS_IT_IS ? (Object.keys(settings.kinds ?? {}).length > 1 ? settings.kinds! : {}) : { [only]: 1 };
    return {
      ...settings, kinds, height_agl_m: typed(this.height), cover: this.cover.value as Cover, light: this.light.value as Light,
      sector_hours: typed(this.sectorHours) ?? settings.sector_hours ?? 4,
      wind: speed === null || from === null ? null : { ...(settings.wind ?? {}), speed_mps: speed, from_deg: from, at_height_m: typed(this.windHeight) ?? 10 },
      take_off: latest === null || earliest === null ? null : { earliest_s: earliest, latest_s: latest },
    };
  }
}

const unit = (text: string): HTMLElement => h("span", { class: "dim" }, text);
const show = (value: number | null | undefined): string => (value == null ? "" : String(Math.round(value * 10) / 10));

function select(label: string, options: readonly string[]): HTMLSelectElement {
  return h("select", { aria: { label } }, ...options.map((option) => h("option", { value: option }, capital(option))));
}
