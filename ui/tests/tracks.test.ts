import { describe, expect, it } from "vitest";
import { freshness, labelLine, lookOf, nameOf, staleness, trackFeatures, type TrackContext } from "../src/map/tracks";
import { fade, observedFeatures } from "../src/map/observed";
import { sidc } from "../src/map/symbols";
import type { Bearing, Sensor } from "../src/model";
import { aTrack, anIncident } from "./twin";

const radar: Sensor = { id: "radar", kind: "radar", period_s: 4, lat_deg: 54, lon_deg: 25 };
const sensors = new Map([["radar", radar]]);
const context = (more: Partial<TrackContext> = {}): TrackContext => ({
  nowS: 1_000, sensors, incidents: new Map(), selected: null, shown: { cooperative: true, labels: true, lost: true }, ...more,
});

describe("how a track looks", () => {
  it("is never hostile, suspect or friendly unless a person said so", () => {
    const looks = (["tentative", "confirmed", "coasting", "lost"] as const).flatMap((status) =>
      [true, false].map((is_cooperative) => lookOf(aTrack({ status, is_cooperative, flags: ["emergency"] }))));
    expect(looks).not.toContain("hostile");
    expect(looks).not.toContain("suspect");
    expect(looks).not.toContain("friendly");
    expect(lookOf(aTrack({ affiliation: "hostile" }))).toBe("hostile");
  });
  it("is unknown without an identity, pending while it forms", () => {
    expect(lookOf(aTrack())).toBe("unknown");
    expect(lookOf(aTrack({ status: "tentative" }))).toBe("pending");
  });
  it("uses the standard identities of APP-6 in the air symbol set", () => {
    // MIL-STD-2525D: digit 4 is 0 pending, 1 unknown, 4 neutral, 6 hostile; digits 5-6 are 01 air; digit 7 is 1 anticipated.
    expect(sidc("pending")).toBe("10000100000000000000");
    expect(sidc("unknown")).toBe("10010100000000000000");
    expect(sidc("lost")).toBe("10010110000000000000");
    expect(sidc("cooperative")).toBe("10040100000000000000");
    expect(sidc("hostile")).toBe("10060100000000000000");
  });
});

describe("a label", () => {
  it("says that the height is not known rather than zero", () => {
    expect(labelLine(aTrack(), 0, false)).toBe("height ? · 54 km/h");
    expect(labelLine(aTrack({ alt_wgs84_m: 0 }), 0, false)).toBe("0 m · 54 km/h");
  });
  it("says the age of what is stale, and that a track is lost", () => {
    expect(labelLine(aTrack(), 38, true)).toBe("height ? · 54 km/h · 38 s old");
    expect(labelLine(aTrack({ status: "lost" }), 240, true)).toBe("LOST 4 min ago");
  });
  it("names a track by what it says of itself, else by its number", () => {
    expect(nameOf(aTrack({ identity: { callsign: "LYCAB " } }))).toBe("LYCAB");
    expect(nameOf(aTrack({ identity: { icao24: "502abc" } }))).toBe("502ABC");
    expect(nameOf(aTrack())).toBe("#7");
  });
});

describe("staleness", () => {
  const track = aTrack({ contributions: [{ sensor: "radar", n_reports: 9, last_s: 1_000 }] });
  it("begins after three expected updates", () => {
    expect(staleness(track, 1_011, sensors).isStale).toBe(false);
    expect(staleness(track, 1_013, sensors)).toEqual({ ageS: 13, isStale: true });
  });
  it("fades the symbol but never hides it", () => {
    expect(freshness(2, false)).toBe(1);
    expect(freshness(13, true)).toBeLessThan(0.8);
    expect(freshness(9_999, true)).toBeGreaterThan(0.4);
  });
});

describe("the map's switches", () => {
  it("hide cooperative traffic, but not what is selected or in an incident", () => {
    const tracks = [1, 2, 3].map((track_id) => aTrack({ track_id, is_cooperative: true }));
    const drawn = trackFeatures(tracks, new Map(), context({
      selected: 2, incidents: new Map([[3, anIncident()]]), shown: { cooperative: false, labels: true, lost: true },
    }));
    expect(drawn.tracks.map((feature) => feature.properties?.["id"])).toEqual([2, 3]);
  });
  it("never take the label from a track in an incident", () => {
    const drawn = trackFeatures([aTrack()], new Map(), context({
      incidents: new Map([[7, anIncident()]]), shown: { cooperative: true, labels: false, lost: true },
    }));
    expect(drawn.tracks[0]?.properties?.["name"]).toBe("#7");
  });
});

it("gives a red incident's label its room before all others", () => {
  const tracks = [aTrack({ track_id: 1, is_cooperative: true }), aTrack({ track_id: 2 }), aTrack({ track_id: 3 })];
  const drawn = trackFeatures(tracks, new Map(), context({ incidents: new Map([[3, anIncident({ level: "red" })]]) }));
  const ranks = drawn.tracks.map((feature) => feature.properties?.["rank"] as number);
  expect(ranks[2]).toBeLessThan(ranks[1]!);
  expect(ranks[1]).toBeLessThan(ranks[0]!);
});

describe("what people and sensors said", () => {
  const bearing: Bearing = { kind: "bearing", sensor: "radar", time_s: 1_000, azimuth_deg: 90, azimuth_sd_deg: 3 };
  it("fades with its age and is gone", () => {
    expect(fade(bearing, 1_000)).toBe(1);
    expect(fade(bearing, 1_045)).toBeCloseTo(0.5, 6);
    expect(observedFeatures([bearing], sensors, 1_200).directions).toEqual([]);
  });
  it("lasts as long as a cue says that it holds", () => {
    expect(fade({ kind: "cue", sensor: "n", time_s: 0, area: [[25, 54]], valid_until_s: 5_000 }, 4_999)).toBe(1);
  });
  it("starts a bearing at its sensor, and draws none from a sensor without a place", () => {
    const line = observedFeatures([bearing], sensors, 1_000).directions.find((f) => f.geometry.type === "LineString");
    expect((line?.geometry as GeoJSON.LineString).coordinates[0]).toEqual([25, 54]);
    expect(observedFeatures([{ ...bearing, sensor: "nobody" }], sensors, 1_000).directions).toEqual([]);
  });
});
