import { describe, expect, it } from "vitest";
import { frameOf, placesOf } from "../src/follow";
import type { Bearing, Cue, Sighting } from "../src/model";
import { bearingLine, newestWords } from "../src/panels/words";
import { Picture } from "../src/picture";
import { aTrack, anIncident } from "./twin";

const call = (more: Partial<Sighting>): Sighting => ({ kind: "sighting", sensor: "112", time_s: 1_000, lat_deg: 54.6, lon_deg: 25.7, sense: "heard", ...more });
const bearing = (more: Partial<Bearing>): Bearing => ({ kind: "bearing", sensor: "ear", time_s: 1_000, azimuth_deg: 95, ...more });
const cue: Cue = { kind: "cue", sensor: "neighbour", time_s: 400, received_s: 990, area: [[25.9, 54.4]], text: "Low slow object." };

describe("what was reported", () => {
  it("shows the three words that came in last, by when they came and not by when they were true", () => {
    const words = newestWords([call({ text: "old", received_s: 300 }), call({ text: "a", received_s: 970 }), cue, call({ text: "b", received_s: 980 }), call({ text: "c", received_s: 960 })], 1_000);
    expect(words.map((word) => word.text)).toEqual(["Low slow object.", "b", "a"]);
  });

  it("names each sensor's newest bearing and forgets it soon", () => {
    const heard = [bearing({ azimuth_deg: 90, time_s: 980 }), bearing({ azimuth_deg: 95, time_s: 990 }), bearing({ sensor: "finder", azimuth_deg: 7 })];
    expect(bearingLine(heard, 1_000, (id) => id.toUpperCase())).toBe("EAR 095° · FINDER 007°");
    expect(bearingLine(heard, 1_100, (id) => id)).toBe("");
  });
});

describe("following", () => {
  it("frames where an incident's flying tracks are and go, not the lost ones", () => {
    const picture = new Picture(() => 0);
    picture.apply({
      clock: { now_s: 1_000, is_played: true, is_paused: true }, is_reset: true,
      tracks: [aTrack({ track_id: 1 }), aTrack({ track_id: 2, status: "lost", lon_deg: 20 })],
    });
    const [west, , east] = frameOf(placesOf(picture, anIncident({ track_ids: [1, 2] })))!;
    expect(west).toBeGreaterThan(25);
    expect(east).toBeLessThan(26);
    expect(frameOf(placesOf(picture, anIncident({ track_ids: [2] })))![0]).toBeLessThan(20);
    expect(frameOf(placesOf(picture, anIncident()))).toBeNull();
  });
});

describe("a jump", () => {
  it("keeps the time of the picture that is left behind until the new one is there", () => {
    const picture = new Picture(() => 0);
    picture.apply({ clock: { now_s: 100, is_played: true }, is_reset: true });
    picture.apply({ clock: { now_s: 350, is_played: true, jumping_to_s: 900 } });
    expect(picture.nowS()).toBe(100);
    picture.apply({ clock: { now_s: 900, is_played: true }, is_reset: true });
    expect(picture.nowS()).toBe(900);
  });
});
