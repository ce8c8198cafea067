/** What speaks of it after the loss: how far each word is trusted, and a new one written down at a place on the map. */

import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { distance, percent } from "../../format";
import { CLUE_KINDS, type ClueKind, type ClueWeight } from "../../plan/types";
import { circle } from "../../geo";
import { boundsOfPlaces } from "../../plan/features";
import { capital, clueAt, clueText, clueWord, RELIABILITIES, reliabilityWord } from "../../plan/words";
import { button, field, folding, type Section, type Shown } from "./section";

const RADII_M = [100, 300, 1_000, 3_000, 10_000];

export class Clues implements Section {
  readonly element: HTMLElement;
  private readonly list = h("div", { class: "clues" });
  private readonly kind = h("select", { aria: { label: "What it was" } }, ...CLUE_KINDS.map((kind) => h("option", { value: kind }, clueWord(kind))));
  private readonly time = h("input", { type: "time", class: "short", aria: { label: "When, local time" } });
  private readonly radius = h("select", { aria: { label: "How exact the place is" } }, ...RADII_M.map((metres) => h("option", { value: metres, selected: metres === 1_000 }, `within ${distance(metres)}`)));
  private readonly trust = h("select", { aria: { label: "How far it is trusted" } }, ...RELIABILITIES.filter(([, share]) => share > 0).map(([word, share]) => h("option", { value: share, selected: word === "Likely" }, word.toLowerCase())));
  private readonly text = h("input", { type: "text", maxlength: 2_000, placeholder: "Who said what", aria: { label: "Words" } });
  private readonly form: HTMLElement;
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.form = h("div", { class: "card" }, h("strong", {}, "Write down another"),
      field("What", this.kind), field("When", this.time, h("span", { class: "dim" }, "local, if known")), field("Where", this.radius), field("Trust", this.trust), this.text,
      button("Place it on the map…", () => this.place(), "primary small"));
    this.element = folding("What people and sensors said", false, this.list, this.form);
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { plan, isPast } = shown;
    this.form.hidden = isPast || plan.is_found;
    rebuild(this.list, JSON.stringify([plan.clues, plan.silences, isPast]), () => [
      ...(plan.clues.length === 0 ? [h("p", { class: "sub" }, "Nothing was heard or seen after the loss.")] : plan.clues.map((weight) => this.row(weight, isPast))),
      ...(plan.silences.length === 0 ? [] : [h("h4", {}, "Sensors that would have seen it go on, and did not"),
        h("ul", { class: "why" }, ...plan.silences.map((silence) => h("li", {}, `${capital(silence.why)} (until ${this.desk.times.local(silence.until_s)}).`)))]),
    ]);
  }

  private row({ clue, probability, why }: ClueWeight, isPast: boolean): HTMLElement {
    const at = clueAt(clue);
    const current = reliabilityWord(clue.reliability);
    const text = clueText(clue);
    return h(
      "div", { class: `clue ${clue.reliability === 0 ? "is-out" : ""}` },
      h("div", { class: "clue-head" }, h("strong", {}, clueWord(clue.kind)), h("span", { class: "num dim" }, clue.time_s == null ? "time not known" : this.desk.times.local(clue.time_s)),
        at === null ? null : button("Show", () => this.desk.search.show(boundsOfPlaces(circle(...at, 2_500, 8))), "linklike")),
      text || clue.by ? h("p", { class: "clue-text" }, [text ? `“${text}”` : "", clue.by ?? ""].filter(Boolean).join(", ")) : null,
      h("p", { class: "sub" }, `After all evidence ${percent(probability)} that it speaks of this target. ${capital(why)}.`),
      h("div", { class: "segments", role: "group", aria: { label: "How far it is trusted" } }, ...RELIABILITIES.map(([word, share]) => h("button", {
        type: "button", class: word === current ? "is-on" : "", disabled: isPast, aria: { pressed: String(word === current) }, on: { click: () => this.weigh(clue.clue_id, share) },
      }, word))),
    );
  }

  private weigh(clue_id: string, reliability: number): void {
    const id = this.shown?.incident.incident_id;
    if (id !== undefined) void this.desk.decide({ action: "weigh_clue", incident_id: id, clue_id, reliability });
  }

  private async place(): Promise<void> {
    const id = this.shown?.incident.incident_id;
    if (id === undefined) return;
    const timeS = this.time.value === "" ? null : this.desk.times.lastAt(this.time.value, this.desk.picture.nowS());
    const kind = this.kind.value as ClueKind;
    const at = await this.desk.search.pickPlace(`where it was: ${clueWord(kind).toLowerCase()}`);
    if (at === null) return;
    const isDone = await this.desk.decide({
      action: "add_clue", incident_id: id, kind, lon_deg: at[0], lat_deg: at[1], radius_m: Number(this.radius.value), reliability: Number(this.trust.value),
      ...(timeS === null ? {} : { time_s: timeS }), text: this.text.value.trim(),
    });
    if (isDone) [this.text.value, this.time.value] = ["", ""];
  }
}
