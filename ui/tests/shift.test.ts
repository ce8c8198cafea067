import { describe, expect, it } from "vitest";
import type { AlarmLogItem } from "../src/alarm/types";
import { Times } from "../src/format";
import { filtered, type Filter } from "../src/shift/log";
import { sections } from "../src/shift/tables";
import type { Shift } from "../src/shift/types";
import { anAlarm } from "./twin";

const all: Filter = { words: "", action: "", priority: "", isHeardOnly: false };
const item = (more: Partial<AlarmLogItem>): AlarmLogItem => ({ time_s: 100, alarm_id: "incident:I-1", action: "raised", priority: "high", text: "Track 7 inside", is_heard: true, ...more });
const log = [item({}), item({ time_s: 200, action: "acknowledged", officer: "Lt. Kazlauskas", is_heard: false }), item({ time_s: 300, alarm_id: "sensor:radar", priority: "low", text: "Radar is silent" })];

describe("the log of alarms", () => {
  it("is read from the newest on", () => {
    expect(filtered(log, all).map((one) => one.time_s)).toEqual([300, 200, 100]);
  });
  it("is filtered by words in any order, by what happened, by priority and by what was heard", () => {
    const times = (filter: Partial<Filter>) => filtered(log, { ...all, ...filter }).map((one) => one.time_s);
    expect(times({ words: "kazlauskas TRACK" })).toEqual([200]);
    expect(times({ words: "radar" })).toEqual([300]);
    expect(times({ action: "acknowledged" })).toEqual([200]);
    expect(times({ priority: "low" })).toEqual([300]);
    expect(times({ isHeardOnly: true })).toEqual([300, 100]);
  });
});

describe("the page of a shift", () => {
  const shift = (more: Partial<Shift> = {}): Shift => ({ from_s: 0, to_s: 1_000, rates: { from_s: 0, to_s: 1_000, n_heard: 3, per_hour: 1.5, flooded_share: 0.004, n_stale: 0, n_chattering: 1 }, ...more });
  const text = (made: Shift): string => sections(made, new Times("LT")).map((section) => section.textContent).join("\n");

  it("says in so many words that all is well", () => {
    for (const said of ["No incident is open.", "No warning is in force, and none waits.", "No lost track can still be flying.", "No other alarm stands.", "Nothing is set aside.", "All are well.", "1.5", "0.4 %"]) expect(text(shift())).toContain(said);
  });

  it("says what stands, what waits, what is quiet and what does not work, with who and why", () => {
    const evil = "<b onclick=x>";
    const made = shift({
      incidents: [{ incident_id: "I-1", title: evil, level: "red", highest_level: "red", priority: "high", opened_s: 100, age_s: 900 }],
      warnings: [{ warning_id: "I-1-W1", incident_id: "I-1", level: "red", headline: "Air danger", sent_s: 500, sent_by: "Lt. K", expires_s: 4_000, undelivered: [{ channel: "mail", fate: "given_up", n_attempts: 9, time_s: 900, text: "refused" }] }],
      pending: [{ warning_id: "I-1-W2", incident_id: "I-1", level: "red", approved_by: ["Lt. K"], n_missing: 1 }],
      still_flying: [{ incident_id: "I-1", lost: { track_id: 7, last_report_s: 900, lat_deg: 54, lon_deg: 25, speed_mps: 40, course_deg: 0, flies_until_s: 4_600 } }],
      alarms: [anAlarm({ reason: "It rose to red" }), anAlarm({ alarm_id: "sensor:radar", source: "sensor", subject: "radar", title: "Radar is silent" })],
      shelved: [anAlarm({ shelved: { officer: "Lt. B", time_s: 0, until_s: 1_600, text: "service" } })],
      suppressions: [{ suppression_id: "s", officer: "Lt. B", time_s: 0, until_s: 2_800, text: "balloon night", source: "incident", kind: "balloon" }],
      sensors: [{ sensor: "radar", state: "silent", reason: "no plots" }], channels: [{ channel: "mail", is_alive: false, changed_s: 800, text: "refused" }],
      deeds: [{ time_s: 300, officer: "Lt. K", about: "I-1", what: "acknowledged", text: "" }], hand_overs: [{ time_s: 0, officer: "Lt. A", to: "Lt. K", text: "quiet so far" }],
    });
    const said = text(made);
    for (const part of ["nobody", "mail: given up, refused", "waits for another approval", "Track 7", "1:00:00 more", "4.0 km", "Radar is silent", "Lt. B", "10 min left", "Incidents with balloon: kept quiet", "30 min left", "no plots", "does not answer", "acknowledged", "quiet so far"]) expect(said).toContain(part);
    // The alarm of an open incident stands with the incident.
    expect(said).not.toContain("It rose to red");
    expect(sections(made, new Times("LT")).some((section) => section.querySelector("b") !== null)).toBe(false);
    expect(said).toContain(evil);
  });
});
