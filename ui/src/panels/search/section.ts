/** What the sections of the search panel share: what they show, how they fold, and the inputs they are made of. */

import { h } from "../../dom";
import type { Desk } from "../../desk";
import { words } from "../../format";
import type { Incident } from "../../model";
import type { AssetKind, SearchPlan, SearchSettings } from "../../plan/types";
import { ASSET_KINDS } from "../../plan/types";
import { capital } from "../../plan/words";

export interface Shown {
  plan: SearchPlan;
  incident: Incident;
  /** As they were decided last: the plan may still be on its way. */
  settings: SearchSettings;
  /** True in the replay: nothing can be decided. */
  isPast: boolean;
}
export interface Section {
  readonly element: HTMLElement;
  render(shown: Shown): void;
}

/** Return a section that folds away under its title. */
export function folding(title: string, isOpen: boolean, ...children: (Node | string | null)[]): HTMLDetailsElement {
  return h("details", { class: "fold", open: isOpen }, h("summary", {}, h("h3", {}, title)), h("div", { class: "fold-body" }, ...children));
}

export function setSettings(desk: Desk, { incident }: Shown, settings: SearchSettings): Promise<boolean> {
  return desk.decide({ action: "plan_search", incident_id: incident.incident_id, settings, seen_entry: incident.decided_entry ?? 0 });
}

export const assetWord = (kind: AssetKind): string => capital(words(kind));

export function assetSelect(label: string): HTMLSelectElement {
  return h("select", { aria: { label } }, ...ASSET_KINDS.map((kind) => h("option", { value: kind }, assetWord(kind))));
}

export function numberInput(label: string, more: Record<string, unknown> = {}): HTMLInputElement {
  return h("input", { type: "number", inputmode: "decimal", class: "short", aria: { label }, ...more });
}

/** Return the number that was typed; null for nothing, and for what is no number within the input's limits. */
export function typed(input: HTMLInputElement): number | null {
  return input.value.trim() === "" || !input.checkValidity() || !Number.isFinite(input.valueAsNumber) ? null : input.valueAsNumber;
}

export function field(label: string, ...inputs: (Node | string)[]): HTMLElement {
  return h("div", { class: "pair" }, h("span", {}, label), h("div", { class: "pair-inputs" }, ...inputs));
}

export function button(label: string, onClick: () => unknown, className = "quiet small"): HTMLButtonElement {
  return h("button", { class: className, type: "button", on: { click: () => void onClick() } }, label);
}

/** Copy a text and say so; a page without a secure origin has no clipboard, and says that. */
export async function copy(desk: Desk, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    desk.say(`Copied: ${text}`);
  } catch {
    desk.say(`This browser does not let the page copy. It reads: ${text}`, "error");
  }
}
