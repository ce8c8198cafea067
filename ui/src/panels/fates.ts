/** What may have become of each lost track, side by side: it flies on, left, landed or crashed; all of it stays open until it is explained. */

import { api } from "../api";
import { h, rebuild } from "../dom";
import type { Desk } from "../desk";
import { duration, percent } from "../format";
import type { Incident, ViewName } from "../model";
import type { Hypotheses } from "../warn/types";

const ASK_MS = 5_000;
type Fate = "flying" | "left" | "landed" | "crashed" | "never";
const FATES: readonly (readonly [Fate, string])[] = [
  ["flying", "still flying"], ["left", "left the country"], ["landed", "landed"], ["crashed", "crashed"], ["never", "was no aircraft"],
];
/** Below this the doubt whether it was an aircraft at all needs no bar of its own. */
const NEVER_SHOWN = 0.02;
export type AskHypotheses = (incidentId: string, view: ViewName) => Promise<Hypotheses[]>;

export class Fates {
  private readonly list = h("div", { class: "fates" });
  private readonly title = h("h3", {}, "What may have become of it");
  readonly element = h("section", { aria: { label: "What may have become of lost tracks" } }, this.title, this.list);
  private known: { id: string; hypotheses: Hypotheses[] } = { id: "", hypotheses: [] };
  private askedMs = -Infinity;
  private asked = "";
  private isAsking = false;

  constructor(private readonly desk: Desk, private readonly ask: AskHypotheses = api.hypotheses) {}

  render(incident: Incident): void {
    const hasLost = (incident.lost_track_ids ?? []).length > 0 || (incident.lost ?? []).length > 0;
    if (hasLost) void this.keep(incident.incident_id);
    const shown = hasLost && this.known.id === incident.incident_id ? this.known.hypotheses : [];
    this.element.hidden = shown.length === 0;
    const nowS = this.desk.picture.nowS();
    const rows = shown.map((one) => ({ ...one, age: duration(nowS - one.last_report_s) }));
    rebuild(this.list, JSON.stringify(rows), () => rows.map((one) => this.card(one)));
    this.title.textContent = shown.length === 1 ? "What may have become of the lost track" : "What may have become of the lost tracks";
  }

  private card(one: Hypotheses & { age: string }): HTMLElement {
    const fates = FATES.map(([fate, name]) => [fate, name, one[fate] ?? 0] as const).filter(([fate, , share]) => fate !== "never" || share >= NEVER_SHOWN);
    const likeliest = Math.max(...fates.map(([, , share]) => share));
    return h("article", { class: "fate-card" },
      h("div", { class: "fate-head" },
        h("button", { class: "linklike", type: "button", on: { click: () => this.desk.select({ kind: "track", id: one.track_id }) } }, `Track ${one.track_id}`),
        h("span", { class: "dim" }, `lost ${one.age} ago`)),
      ...fates.map(([fate, name, share]) => {
        const bar = h("div", { class: "bar-fill" });
        bar.style.width = `${Math.round(share * 100)}%`;
        return h("div", { class: `fate ${fate} ${share === likeliest ? "is-likeliest" : ""}` }, h("span", {}, name), h("span", { class: "num" }, percent(share)), h("div", { class: "bar" }, bar));
      }),
      one.text ? h("p", { class: "sub" }, one.text) : null,
      one.flies_until_s == null || one.flying === 0 ? null : h("p", { class: "sub" }, `It can fly until ${this.desk.times.local(one.flies_until_s)}.`));
  }

  private async keep(id: string): Promise<void> {
    const key = `${id} ${this.desk.view}`;
    if (this.isAsking || (key === this.asked && performance.now() - this.askedMs < ASK_MS)) return;
    [this.isAsking, this.asked, this.askedMs] = [true, key, performance.now()];
    try {
      const hypotheses = await this.ask(id, this.desk.view);
      this.known = { id, hypotheses };
    } catch {
      // Asked again in a moment; the lost tracks themselves stand in the panel all the same.
    } finally {
      this.isAsking = false;
    }
  }
}
