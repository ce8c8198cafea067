/** Who can search, where each should go, and what the search would be without them. */

import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { percent, words } from "../../format";
import type { Asset, AssetKind, SearchPlan } from "../../plan/types";
import { capital, chance, hours } from "../../plan/words";
import { successChart } from "./chart";
import { assetSelect, button, folding, numberInput, setSettings, typed, type Section, type Shown } from "./section";

const DEFAULT_HOURS = 8;
/** A helicopter looks into thirty sectors for some minutes each: the files have them all. */
const TASKS_SHOWN = 8;

/** Return a name that no team has yet: foot team 1, foot team 2. */
export function freeName(kind: AssetKind, assets: readonly Asset[]): string {
  const taken = new Set(assets.map((asset) => asset.asset_id));
  for (let n = 1; ; n++) if (!taken.has(`${words(kind)} ${n}`)) return `${words(kind)} ${n}`;
}

/** Return the teams that were named, else those that the plan assumes. */
function teamsOf({ settings, plan }: Shown): Asset[] {
  return settings.assets?.length ? settings.assets : (plan.settings.assets ?? []);
}

export class Assets implements Section {
  readonly element: HTMLElement;
  private readonly list = h("div", { class: "teams" });
  private readonly kind = assetSelect("Kind of team");
  private readonly hours = numberInput("Hours it can search", { min: 0.1, max: 10_000, step: "any", value: DEFAULT_HOURS });
  private readonly add = h("div", { class: "inline" }, this.kind, this.hours, h("span", { class: "dim" }, "h"), button("Add", () => this.addOne()));
  private readonly success = h("div");
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.element = folding("Teams and what they can do", true, this.list, this.add, this.success);
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { plan, settings, isPast } = shown;
    const assets = teamsOf(shown);
    const isAssumed = assets.length > 0 && !settings.assets?.length;
    this.add.hidden = isPast;
    rebuild(this.list, JSON.stringify([assets, isAssumed, plan.assignments, plan.worth, isPast]), () => [
      assets.length === 0 ? h("p", { class: "sub" }, "No team is named. Add those that can come: the sectors are then shared out among them.") : null,
      isAssumed ? h("p", { class: "sub" }, "Nobody has named the teams yet: these are assumed.") : null,
      ...assets.map((asset) => this.row(asset, plan, isPast)),
    ]);
    rebuild(this.success, JSON.stringify([plan.success, plan.expected_h, plan.pos]), () => plan.success.length < 2 ? [] : [
      successChart(plan.success, plan.expected_h ?? null),
      h("p", { class: "sub" }, `All teams together: ${percent(plan.pos)}${plan.expected_h == null ? "" : `, ${hours(plan.expected_h)} on average if it is found`}.`),
    ]);
  }

  private row(asset: Asset, plan: SearchPlan, isPast: boolean): HTMLElement {
    const spent = numberInput(`Hours of ${asset.asset_id}`, { min: 0.1, max: 10_000, step: "any", value: asset.hours ?? DEFAULT_HOURS, disabled: isPast });
    spent.addEventListener("change", () => {
      const value = typed(spent);
      if (value !== null) void this.replace((assets) => assets.map((other) => (other.asset_id === asset.asset_id ? { ...other, hours: value } : other)));
    });
    const tasks = plan.assignments.filter((task) => task.asset_id === asset.asset_id);
    const worth = plan.worth.find((item) => item.asset_id === asset.asset_id);
    return h(
      "div", { class: "team" },
      h("div", { class: "team-head" }, h("strong", {}, capital(asset.asset_id)), spent, h("span", { class: "dim" }, "h"),
        isPast ? null : h("button", { class: "remove", type: "button", title: `Remove ${asset.asset_id}`, aria: { label: `Remove ${asset.asset_id}` }, on: { click: () => void this.replace((assets) => assets.filter((other) => other.asset_id !== asset.asset_id)) } }, "×")),
      tasks.length === 0 ? h("p", { class: "sub" }, "No task yet.")
        : h("p", { class: "tasks" }, ...tasks.slice(0, TASKS_SHOWN).map((task) => h("button", { class: "task", type: "button", title: `${percent(task.pod)} to detect it if it is there, ${chance(task.pos)} to find it`, on: { click: () => this.show(task.sector), pointerenter: () => this.desk.search.highlight(task.sector) } }, `${task.sector} ${hours(task.hours)}`, h("span", { class: "num" }, `+${chance(task.pos)}`))),
          tasks.length > TASKS_SHOWN ? h("span", { class: "sub" }, `and ${tasks.length - TASKS_SHOWN} more`) : null),
      worth === undefined ? null : h("p", { class: "sub" }, `Without this team: ${percent(worth.pos_without)}${worth.expected_h_without == null ? "" : `, ${hours(worth.expected_h_without)}`}`),
    );
  }

  private show(sector: string): void {
    this.desk.searching.chosen = sector;
    this.desk.search.highlight(sector);
    this.desk.redraw();
  }

  private addOne(): void {
    const kind = this.kind.value as AssetKind;
    const value = typed(this.hours);
    if (value === null) return this.desk.say("Hours: a number above 0.", "error");
    void this.replace((assets) => [...assets, { asset_id: freeName(kind, assets), kind, hours: value }]);
  }

  private async replace(change: (assets: Asset[]) => Asset[]): Promise<void> {
    if (this.shown === null) return;
    await setSettings(this.desk, this.shown, { ...this.shown.settings, assets: change(teamsOf(this.shown)) });
  }
}
