import { describe, expect, it } from "vitest";
import { incidentOf, Picture, reportedAt, TRAIL_POINTS } from "../src/picture";
import { distanceM } from "../src/geo";
import { aTrack, anIncident } from "./twin";

const clock = (now_s: number) => ({ now_s, is_played: false });

describe("time", () => {
  it("runs on when nothing is heard, so that ages keep counting", () => {
    let ms = 0;
    const picture = new Picture(() => ms);
    picture.apply({ clock: clock(1_000) });
    ms = 12_000;
    expect(picture.nowS()).toBe(1_012);
  });
  it("runs at the view's speed and stands when it is paused", () => {
    let ms = 0;
    const picture = new Picture(() => ms);
    picture.apply({ clock: { now_s: 1_000, is_played: true, speed: 20 } });
    ms = 500;
    expect(picture.nowS()).toBe(1_010);
    picture.apply({ clock: { now_s: 1_010, is_played: true, speed: 20, is_paused: true } });
    ms = 5_000;
    expect(picture.nowS()).toBe(1_010);
  });
});

describe("an update", () => {
  it("changes what it names and keeps the rest", () => {
    const picture = new Picture();
    picture.apply({ clock: clock(1), is_reset: true, tracks: [aTrack({ track_id: 1 }), aTrack({ track_id: 2 })] });
    picture.apply({ clock: clock(2), tracks: [aTrack({ track_id: 2, lat_deg: 55 })] });
    expect([...picture.tracks.keys()]).toEqual([1, 2]);
    expect(picture.tracks.get(2)?.lat_deg).toBe(55);
  });
  it("with a reset forgets everything that it does not carry", () => {
    const picture = new Picture();
    picture.apply({ clock: clock(1), tracks: [aTrack()], incidents: [anIncident()] });
    picture.apply({ clock: clock(2), is_reset: true });
    expect(picture.tracks.size + picture.trails.size + picture.incidents.size).toBe(0);
  });
  it("takes an ended track and its trail away, and keeps a lost one", () => {
    const picture = new Picture();
    picture.apply({ clock: clock(1), tracks: [aTrack({ track_id: 1 }), aTrack({ track_id: 2 })] });
    picture.apply({ clock: clock(2), tracks: [aTrack({ track_id: 1, status: "ended" }), aTrack({ track_id: 2, status: "lost" })] });
    expect([...picture.tracks.keys()]).toEqual([2]);
    expect([...picture.trails.keys()]).toEqual([2]);
  });
});

describe("a trail", () => {
  it("holds reported places only: prediction draws none", () => {
    const picture = new Picture();
    picture.apply({ clock: clock(1), tracks: [aTrack()] });
    picture.apply({ clock: clock(2), tracks: [aTrack({ time_s: 1_060, lon_deg: 25.686 })] });
    expect(picture.trails.get(7)).toHaveLength(1);
  });
  it("takes back what was predicted since the last report", () => {
    const track = aTrack({ time_s: 1_010, last_report_s: 1_000 });
    const at = reportedAt(track);
    expect(at[0]).toBeGreaterThan(track.lon_deg);
    expect(distanceM(at, [track.lon_deg, track.lat_deg])).toBeCloseTo(150, 3);
  });
  it("stays bounded over a day", () => {
    const picture = new Picture();
    for (let i = 0; i < 20_000; i++) {
      picture.apply({ clock: clock(i), tracks: [aTrack({ time_s: i * 4, last_report_s: i * 4, lon_deg: (i % 1_000) / 100 })] });
    }
    expect(picture.trails.get(7)?.length).toBeLessThanOrEqual(TRAIL_POINTS);
  });
});

it("keeps a bounded number of observations and closed incidents", () => {
  const picture = new Picture();
  for (let i = 0; i < 3_000; i++) {
    picture.apply({
      clock: clock(i), observations: [{ kind: "presence", sensor: "mic", time_s: i, radius_m: 100 }],
      incidents: [anIncident({ incident_id: `I-${i}`, status: "closed", changed_s: i })],
    });
  }
  expect(picture.observations.length).toBeLessThanOrEqual(2_000);
  expect(picture.incidents.size).toBeLessThanOrEqual(200);
  expect(picture.incidents.has("I-2999")).toBe(true);
});

it("finds the open incident of a track, never a closed one", () => {
  const picture = new Picture();
  picture.apply({ clock: clock(1), incidents: [anIncident({ incident_id: "old", status: "closed", track_ids: [7] }), anIncident({ track_ids: [7] })] });
  expect(incidentOf(picture, 7)?.incident_id).toBe("I-1");
});
