import type { Incident, Track } from "../src/model";

export const aTrack = (more: Partial<Track> = {}): Track => ({
  track_id: 7, time_s: 1_000, first_s: 900, last_report_s: 1_000, status: "confirmed", lat_deg: 54.6, lon_deg: 25.7,
  east_mps: -15, north_mps: 0, position_cov_m2: [100, 0, 100], velocity_cov_m2ps2: [1, 0, 1], ...more,
});

export const anIncident = (more: Partial<Incident> = {}): Incident => ({
  incident_id: "I-1", title: "Track 7 crossed", status: "open", level: "yellow", highest_level: "yellow",
  first_report_s: 100, opened_s: 110, changed_s: 110, ...more,
});
