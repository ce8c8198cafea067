import { describe, expect, it } from "vitest";
import { Times } from "../src/format";
import { Picture } from "../src/picture";
import type { Update } from "../src/model";
import { wallOf } from "../src/wall/state";
import { anAlarm, aDraft, anIncident, aWarning } from "./twin";

const NOW_S = 1_753_666_800; // 2025-07-28 01:40 UTC, 04:40 in Vilnius
const times = new Times("LT");

function wall(update: Partial<Update>, link: "connecting" | "up" | "lost" = "up", quietMs = 0) {
  const picture = new Picture(() => 0);
  picture.apply({ clock: { now_s: NOW_S, is_played: false }, ...update });
  return wallOf({ picture, link, quietMs, times, home: "LT" });
}
const red = anIncident({ level: "red", title: "Track 7 inside", first_report_s: NOW_S - 600 });
const line = (title: string, update: Partial<Update>) => wall(update).lines.find((one) => one.title.startsWith(title));

describe("the wall", () => {
  it("says the worst of the open incidents, since when, and how many there are", () => {
    const said = wall({ incidents: [anIncident({ incident_id: "I-2", first_report_s: NOW_S - 900 }), red, anIncident({ incident_id: "I-3", status: "closed", level: "red" })] });
    expect([said.level, said.word, said.note, said.headline]).toEqual(["red", "RED", "in the airspace", "Track 7 inside"]);
    expect(said.since).toBe("since 04:30:00, for 10:00; 2 incidents open");
  });

  it("never shows a level when the connection is lost: what is stale must not look calm", () => {
    const said = wall({ incidents: [] }, "lost", 12_400);
    expect([said.level, said.word]).toEqual([null, "NOT KNOWN"]);
    expect(said.note).toBe("Connection lost 00:12 ago. Last known: WHITE");
    expect(wallOf({ picture: new Picture(() => 0), link: "connecting", quietMs: 0, times, home: "LT" })).toMatchObject({ level: null, note: "no picture yet" });
  });

  it("does not call a sky clear that is not watched everywhere", () => {
    expect(wall({ health: [{ sensor: "radar", state: "silent" }] })).toMatchObject({ word: "WHITE", note: "clear where it is watched", troubles: ["1 sensor silent"] });
  });

  it("counts down to the likely place that is reached first", () => {
    const place = (name: string, probability: number, inS: number) => ({ kind: "town" as const, name, country: "LT", lat_deg: 0, lon_deg: 0, probability, arrival_s: [NOW_S + inS, NOW_S + inS + 120, NOW_S + inS + 300] as [number, number, number] });
    const draft = aDraft({ in_the_way: [place("Far", 0.9, 1_800), place("Near", 0.4, 240), place("Unlikely", 0.03, 60), place("Gone", 0.9, -900)] });
    expect(line("Next", { incidents: [red], drafts: [{ incident_id: "I-1", draft }] })).toMatchObject({ text: "Near in 4 to 9 min", note: "40 % likely, 04:44–04:49" });
  });

  it("says that the public has not been told, what waits, and what is in force until when", () => {
    expect(line("Warning", { incidents: [red] })).toMatchObject({ text: "none sent", isUrgent: true });
    const content = { ...aWarning().content, expires_s: NOW_S + 7_200 };
    const waits = aWarning({ content });
    expect(line("Warning", { incidents: [{ ...red, warning: { warnings: [waits] } }] })).toMatchObject({ text: "approved, not sent yet", isUrgent: true });
    const sent = { ...waits, sent_s: NOW_S - 60, deliveries: [{ channel: "mail", fate: "failed" as const, n_attempts: 2, time_s: NOW_S }] };
    expect(line("Warning in force", { incidents: [{ ...red, warning: { warnings: [sent] } }] })).toMatchObject({ text: "RED until 06:40", note: "sent 04:39, 1 not delivered", isUrgent: true });
    expect(line("Warning", { incidents: [] })).toBeUndefined();
  });

  it("says until when something lost can still fly", () => {
    const lost = { track_id: 7, last_report_s: NOW_S - 60, lat_deg: 54, lon_deg: 25, speed_mps: 40, course_deg: 270, flies_until_s: NOW_S + 3_600 };
    expect(line("No all-clear", { incidents: [{ ...red, lost: [lost, { ...lost, track_id: 9, flies_until_s: NOW_S - 1 }] }] })).toMatchObject({ text: "05:40, in 60 min", note: "lost track 7 can still fly" });
  });

  it("names what somebody has to see to", () => {
    const said = wall({
      trouble: ["The disk is full."], alarms: [anAlarm({ alarm_id: "sensor:x", source: "sensor" })], channels: [{ channel: "mail", is_alive: false, changed_s: 0 }],
    });
    expect(said.troubles).toEqual(["The disk is full.", "1 alarm waits", "channel mail dead"]);
  });
});
