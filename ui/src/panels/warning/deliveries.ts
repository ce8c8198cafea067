/** What the public has been given, and what became of it on each channel. */

import { h, icon, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { inForce, lastSent, type Delivery, type PublicWarning } from "../../warn/types";
import { byFate, FATE_WORD, shortTime } from "../../warn/words";
import { levelBadge } from "../signs";
import type { Section, Shown } from "./section";

const FATE_PATH: Record<Delivery["fate"], string> = {
  trying: "M4 12h12 M12 6l6 6-6 6", delivered: "M5 12.500l5 5 9-11", failed: "M12 5v9 M12 19h.01", given_up: "M6 6l12 12 M18 6 6 18",
};

export class Deliveries implements Section {
  private readonly head = h("div");
  private readonly summary = h("summary", { aria: { live: "polite" } });
  private readonly table = h("div");
  private readonly fold = h("details", { class: "given-fold", open: true }, this.summary, this.table);
  readonly element = h("section", { class: "given", aria: { label: "What the public has" } }, this.head, this.fold);
  private wasNews = false;

  constructor(private readonly desk: Desk) {}

  render({ around, nowS, isNews }: Shown): void {
    const sent = lastSent(around.state);
    this.element.hidden = sent === null;
    if (sent === null) return;
    // Where there is something new to say, what was said makes room for it.
    if (this.wasNews !== isNews) this.fold.open = !isNews;
    this.wasNews = isNews;
    const isInForce = inForce(around.state, nowS) !== null;
    rebuild(this.head, JSON.stringify([sent.warning_id, isInForce]), () => [
      h("div", { class: "given-head" }, levelBadge(sent.content.level), h("strong", {}, this.standing(sent, isInForce))),
      h("p", { class: "sub" }, `Sent by ${sent.sent_by || "an officer"} at ${this.desk.times.local(sent.sent_s ?? NaN)}${sent.is_exercise ? ", marked as an EXERCISE everywhere" : ""}.`),
      sent.override ? h("p", { class: "flag" }, `All-clear given although something could still fly: ${sent.override}`) : null,
    ]);
    const dead = [...this.desk.live.channels.values()].filter((channel) => !channel.is_alive).map(({ channel, text }) => [channel, text ?? ""] as const);
    const deliveries = [...(sent.deliveries ?? [])].sort(byFate);
    rebuild(this.summary, JSON.stringify(deliveries.map(({ fate }) => fate)), () => tally(deliveries).map(([fate, text]) => h("span", { class: fate }, text)));
    rebuild(this.table, JSON.stringify([deliveries, dead]), () => [
      this.rows(deliveries), ...dead.map(([channel, text]) => h("p", { class: "problem" }, `Channel ${channel} does not answer${text ? `: ${text}` : ""}`)),
    ]);
  }

  private standing(sent: PublicWarning, isInForce: boolean): string {
    if (sent.content.level === "white") return "The all-clear was given";
    return isInForce ? `In force until ${shortTime(this.desk.times, sent.content.expires_s)}` : `It ran out at ${shortTime(this.desk.times, sent.content.expires_s)}`;
  }

  private rows(deliveries: readonly Delivery[]): HTMLElement {
    if (deliveries.length === 0) return h("p", { class: "sub" }, (this.desk.info.channels ?? []).length === 0 ? "No channel is set up: nobody outside hears of it." : "On its way to the channels…");
    return h("table", { class: "deliveries" }, h("tbody", {}, ...deliveries.map((one) => h("tr", { class: one.fate },
      h("td", {}, h("span", {}, one.channel), one.stands_in_for ? h("small", {}, `in place of ${one.stands_in_for}`) : null),
      h("td", { class: "fate" }, icon(FATE_PATH[one.fate]), h("span", {}, FATE_WORD[one.fate], one.n_attempts > 1 ? ` (${one.n_attempts} tries)` : ""), one.text ? h("small", {}, one.text) : null),
      h("td", { class: "num" }, this.desk.times.local(one.time_s))))));
  }
}

/** Return how many channels have it, are being tried, and failed. */
function tally(deliveries: readonly Delivery[]): [Delivery["fate"], string][] {
  const count = (fate: Delivery["fate"]): number => deliveries.filter((one) => one.fate === fate).length;
  const parts = (["delivered", "trying", "failed", "given_up"] as const).map((fate): [Delivery["fate"], number] => [fate, count(fate)]).filter(([, n]) => n > 0);
  return parts.length === 0 ? [["trying", "Channels"]] : parts.map(([fate, n]) => [fate, `${n} ${FATE_WORD[fate]}`]);
}
