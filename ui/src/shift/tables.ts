/** The tables of a shift: everything that the next officer must know, in rows that can be read aloud and printed. */

import { h } from "../dom";
import { distance, duration, stopwatch, words, type Times } from "../format";
import { levelBadge, prioritySign } from "../panels/signs";
import { quietLine, remaining, sortOf } from "../alarm/words";
import { FATE_WORD, reachM, shortTime } from "../warn/words";
import type { Alarm, AlarmRates } from "../alarm/types";
import type { Shift } from "./types";

type Cell = Node | string;

/** Return a section with a table; without rows it says what is well. */
function table(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[], otherwise: string): HTMLElement {
  return h("section", { class: "shift-section" }, h("h2", {}, title, rows.length > 0 ? h("span", { class: "count" }, String(rows.length)) : null),
    rows.length === 0 ? h("p", { class: "sub" }, otherwise) : h("div", { class: "shift-scroll" }, h("table", {},
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))))))));
}

/** Return the sections of a shift, what matters most first. */
export function sections(shift: Shift, times: Times): HTMLElement[] {
  return [incidents(shift, times), warnings(shift, times), stillInTheAir(shift, times), alarms(shift, times), setAside(shift, times), equipment(shift, times), rates(shift.rates), deeds(shift, times), handOvers(shift, times)];
}

function incidents(shift: Shift, times: Times): HTMLElement {
  return table("Open incidents", ["Level", "Incident", "Since", "Priority", "Seen by", "What"], (shift.incidents ?? []).map((one) => [
    levelBadge(one.level), h("span", {}, h("strong", {}, one.title), h("small", {}, `${one.incident_id}${one.n_tracks ? `, ${one.n_tracks} ${one.n_tracks === 1 ? "track" : "tracks"}` : ""}${one.highest_level !== one.level ? `, was ${one.highest_level}` : ""}`)),
    h("span", { class: "num" }, times.local(one.opened_s), h("small", {}, duration(one.age_s))), prioritySign(one.priority),
    one.acknowledged_s == null ? h("strong", { class: "problem" }, "nobody") : h("span", {}, one.acknowledged_by || "an officer", h("small", { class: "num" }, times.local(one.acknowledged_s))),
    [one.disposition && one.disposition !== "undecided" ? words(one.disposition) : "", one.kind ? `looks like ${words(one.kind)}` : "", one.alarmed_for ?? ""].filter(Boolean).join("; ") || "undecided",
  ]), "No incident is open.");
}

function warnings(shift: Shift, times: Times): HTMLElement {
  const given = (shift.warnings ?? []).map((one): Cell[] => [
    levelBadge(one.level), h("span", {}, h("strong", {}, one.headline), h("small", {}, `${one.warning_id}${one.is_exercise ? ", exercise" : ""}`)),
    `sent ${times.local(one.sent_s)} by ${one.sent_by || "an officer"}`, `until ${shortTime(times, one.expires_s)}`,
    (one.undelivered ?? []).length === 0 ? "delivered everywhere" : h("span", { class: "problem" }, (one.undelivered ?? []).map((delivery) => `${delivery.channel}: ${FATE_WORD[delivery.fate]}${delivery.text ? `, ${delivery.text}` : ""}`).join("; ")),
  ]);
  const waiting = (shift.pending ?? []).map((one): Cell[] => [
    levelBadge(one.level), h("span", {}, h("strong", { class: "problem" }, one.n_missing > 0 ? "waits for another approval" : "approved, not sent"), h("small", {}, one.warning_id)),
    `approved by ${one.approved_by.join(", ")}`, "", one.n_missing > 0 ? `${one.n_missing} more` : "",
  ]);
  return table("Warnings", ["Level", "Warning", "Who", "Holds", "Channels"], [...waiting, ...given], "No warning is in force, and none waits.");
}

function stillInTheAir(shift: Shift, times: Times): HTMLElement {
  return table("Lost tracks that can still fly: no all-clear", ["Track", "Lost", "Can fly until", "Can be within", "Would be seen by"], (shift.still_flying ?? []).map(({ incident_id, lost }) => [
    h("span", {}, h("strong", {}, `Track ${lost.track_id}`), h("small", {}, [lost.kind, incident_id].filter(Boolean).join(", "))), h("span", { class: "num" }, times.local(lost.last_report_s)),
    h("span", { class: "num" }, times.local(lost.flies_until_s), h("small", {}, `${stopwatch(lost.flies_until_s - shift.to_s)} more`)), distance(reachM(lost, shift.to_s)), (lost.sensors ?? []).join(", ") || "no sensor",
  ]), "No lost track can still be flying.");
}

const alarmCell = (alarm: Alarm): Cell => h("span", {}, h("strong", {}, alarm.title), h("small", {}, alarm.reason === alarm.title ? alarm.alarm_id : `${alarm.reason} (${alarm.alarm_id})`));

/** Those of open incidents stand above, with the incident. */
function alarms(shift: Shift, times: Times): HTMLElement {
  const told = new Set((shift.incidents ?? []).map((one) => one.incident_id));
  const others = (shift.alarms ?? []).filter((alarm) => alarm.source !== "incident" || !told.has(alarm.subject));
  return table("Other alarms that stand", ["Priority", "Alarm", "Since", "State"], others.map((alarm) => [
    prioritySign(alarm.priority), alarmCell(alarm), h("span", { class: "num" }, times.local(alarm.first_s), (alarm.n_raised ?? 1) > 1 ? h("small", {}, `heard ${alarm.n_raised} times`) : ""),
    alarm.state === "acknowledged" ? `seen by ${alarm.acknowledged_by || "an officer"}${alarm.is_stale ? ", stale: for more than a day" : ""}` : h("strong", { class: "problem" }, alarm.state === "returned" ? "over, nobody has seen it" : "nobody has seen it"),
  ]), "No other alarm stands.");
}

function setAside(shift: Shift, times: Times): HTMLElement {
  const suppressions = shift.suppressions ?? [];
  const sorts = suppressions.map((one): Cell[] => [
    `${sortOf(one)}: kept quiet`, one.officer, h("span", { class: "num" }, times.local(one.until_s), h("small", {}, remaining(one.until_s, shift.to_s))), one.text,
  ]);
  const shelved = (shift.shelved ?? []).map((alarm): Cell[] => [alarmCell(alarm), alarm.shelved?.officer ?? "", h("span", { class: "num" }, times.local(alarm.shelved?.until_s ?? NaN), h("small", {}, remaining(alarm.shelved?.until_s ?? NaN, shift.to_s))), alarm.shelved?.text ?? ""]);
  const quiet = (shift.quiet ?? []).filter((alarm) => alarm.shelved == null).map((alarm): Cell[] => [alarmCell(alarm), "", "", quietLine(alarm, suppressions.find((one) => one.suppression_id === alarm.suppressed_by), shift.to_s)]);
  return table("Shelved and suppressed", ["What", "By", "Until", "Why"], [...sorts, ...shelved, ...quiet], "Nothing is set aside.");
}

function equipment(shift: Shift, times: Times): HTMLElement {
  const sensors = (shift.sensors ?? []).map((one): Cell[] => [`Sensor ${one.sensor}`, h("strong", {}, one.state), one.reason, one.last_report_s == null ? "never" : times.local(one.last_report_s)]);
  const channels = (shift.channels ?? []).map((one): Cell[] => [`Channel ${one.channel}`, h("strong", {}, one.is_alive ? "ok" : "does not answer"), one.text ?? "", `since ${times.local(one.changed_s)}`]);
  return table("Sensors and channels that are not well", ["Which", "State", "Why", "Last heard"], [...sensors, ...channels], "All are well.");
}

function rates(rates: AlarmRates): HTMLElement {
  const facts: [string, string][] = [
    ["Alarms heard", String(rates.n_heard)], ["Per hour", rates.per_hour.toFixed(1)], ["Ten-minute spans with more than 10", `${(rates.flooded_share * 100).toFixed(1)} %`],
    ["Stale, for more than a day", String(rates.n_stale)], ["Chattering", String(rates.n_chattering)],
  ];
  return h("section", { class: "shift-section" }, h("h2", {}, "How loud the shift was"), h("dl", { class: "shift-facts" }, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", { class: "num" }, value)])));
}

function deeds(shift: Shift, times: Times): HTMLElement {
  const left = shift.n_deeds_left_out ?? 0;
  return table(`What was done${left > 0 ? ` (${left} earlier left out)` : ""}`, ["When", "Who", "About", "What"], [...(shift.deeds ?? [])].reverse().map((deed) => [
    h("span", { class: "num" }, times.local(deed.time_s)), deed.officer, deed.about, deed.text || words(deed.what),
  ]), "Nothing was decided in this shift.");
}

function handOvers(shift: Shift, times: Times): HTMLElement {
  return table("Hand-overs", ["When", "From", "To", "Words"], [...(shift.hand_overs ?? [])].reverse().map((one) => [
    h("span", { class: "num" }, times.local(one.time_s), h("small", {}, times.date(one.time_s))), one.officer, one.to, one.text ?? "",
  ]), "The watch was not handed over in this shift.");
}
