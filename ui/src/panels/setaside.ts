/** Setting alarms aside: for how long, and why. One alarm is shelved, a sort of them is suppressed. */

import { h } from "../dom";
import { words } from "../format";
import type { Alarm, AlarmSource } from "../alarm/types";
import { SOURCE_WORDS, SPANS } from "../alarm/words";
import { ask } from "./dialogs";

export interface Aside {
  for_s: number;
  text: string;
}
export interface AsideSort extends Aside {
  source: AlarmSource;
  subject?: string;
  kind?: string;
}
/** What an incident can be about, as identified: the sorts that are kept quiet in practice. */
const KINDS = ["balloon", "bird", "clutter", "quadcopter", "light_aircraft", "helicopter", "airliner"];

function spanChoice(): { element: HTMLElement; value: () => number } {
  const select = h("select", { aria: { label: "For how long" } }, ...SPANS.map(([seconds, text]) => h("option", { value: seconds }, text)));
  return { element: h("label", { class: "field column" }, h("span", {}, "For"), select), value: () => Number(select.value) };
}

function reasonField(placeholder: string): { element: HTMLElement; value: () => string } {
  const input = h("input", { type: "text", required: true, maxlength: 2_000, placeholder, aria: { label: "Reason" } });
  return { element: h("label", { class: "field column" }, h("span", {}, "Why"), input), value: () => input.value.trim() };
}

/** Return for how long and why one alarm is shelved, null if it is not. */
export async function askShelve(alarm: Alarm): Promise<Aside | null> {
  const [span, reason] = [spanChoice(), reasonField("Radar is being serviced")];
  const isGiven = await ask("Shelve this alarm?", [
    h("p", {}, `“${alarm.title}” is not heard for that time. It stays in the list, and if it becomes more urgent it is heard at once.`), span.element, reason.element,
  ], "Shelve it");
  return isGiven && reason.value() !== "" ? { for_s: span.value(), text: reason.value() } : null;
}

/** Return which sort of alarms is suppressed, for how long and why; null if none is. */
export async function askSuppress(about: Alarm | undefined, subjects: Record<AlarmSource, readonly string[]>): Promise<AsideSort | null> {
  const source = h("select", { aria: { label: "Alarms of" } }, ...(["incident", "sensor", "channel", "step"] as const).map((one) => h("option", { value: one }, SOURCE_WORDS[one])));
  const which = h("select", { aria: { label: "Which" } });
  const fill = (): void => {
    const chosen = source.value as AlarmSource;
    const kinds = chosen !== "incident" ? [] : [...new Set([...(about?.kind ? [about.kind] : []), ...KINDS])];
    which.replaceChildren(
      h("option", { value: "" }, `all ${SOURCE_WORDS[chosen]}`),
      ...kinds.map((kind) => h("option", { value: `kind:${kind}` }, `those with ${words(kind)}`)),
      ...subjects[chosen].map((subject) => h("option", { value: `subject:${subject}` }, `only ${subject}`)),
    );
  };
  source.addEventListener("change", fill);
  source.value = about?.source ?? "incident";
  fill();
  if (about !== undefined) which.value = about.kind ? `kind:${about.kind}` : `subject:${about.subject}`;
  const [span, reason] = [spanChoice(), reasonField("Balloon night: border guard informed")];
  const isGiven = await ask("Keep a sort of alarms quiet?", [
    h("p", {}, "They are still listed and logged, and come back by themselves. Alarms of high priority are heard all the same."),
    h("label", { class: "field column" }, h("span", {}, "Alarms of"), source), h("label", { class: "field column" }, h("span", {}, "Which"), which), span.element, reason.element,
  ], "Keep them quiet");
  if (!isGiven || reason.value() === "") return null;
  const [key, ...rest] = which.value.split(":");
  const value = rest.join(":");
  return { source: source.value as AlarmSource, for_s: span.value(), text: reason.value(), ...(key === "kind" ? { kind: value } : key === "subject" ? { subject: value } : {}) };
}
