import type { Desk } from "../src/desk";
import type { Incident, Track } from "../src/model";
import type { SearchPlan, Sector } from "../src/plan/types";
import { Searching } from "../src/searching";

export const aTrack = (more: Partial<Track> = {}): Track => ({
  track_id: 7, time_s: 1_000, first_s: 900, last_report_s: 1_000, status: "confirmed", lat_deg: 54.6, lon_deg: 25.7,
  east_mps: -15, north_mps: 0, position_cov_m2: [100, 0, 100], velocity_cov_m2ps2: [1, 0, 1], ...more,
});

export const anIncident = (more: Partial<Incident> = {}): Incident => ({
  incident_id: "I-1", title: "Track 7 crossed", status: "open", level: "yellow", highest_level: "yellow",
  first_report_s: 100, opened_s: 110, changed_s: 110, ...more,
});

/** A square sector with its south-west corner at a place, about a kilometre wide. */
export const aSector = (name: string, lonDeg: number, latDeg: number, more: Partial<Sector> = {}): Sector => ({
  name, ring: [[lonDeg, latDeg], [lonDeg + 0.016, latDeg], [lonDeg + 0.016, latDeg + 0.009], [lonDeg, latDeg + 0.009]],
  lat_deg: latDeg + 0.0045, lon_deg: lonDeg + 0.008, area_m2: 1_000_000, cover: "mixed", poc: 0.1, pod: 0, p_per_hour: 0.02, hours: 4, rank: 1, is_ordered: false, mgrs: "", ...more,
});

export const aPlan = (more: Partial<SearchPlan> = {}): SearchPlan => ({
  incident_id: "I-1", track_id: 7, key: "k", now_s: 1_000, loss: { track: aTrack({ status: "lost" }), declared_s: 1_000 }, settings: {},
  kinds: { gerbera: 0.8, shahed: 0.2 },
  fates: [{ id: "fell", title: "It fell", prior: 0.2, probability: 0.3, is_set: false, why: "Most do." }, { id: "left", title: "It left", prior: 0.2, probability: 0.1, is_set: false, why: "The border is near." }],
  conducts: [{ id: "course", title: "On course", prior: 0.6, probability: 0.7, is_set: false, why: "It flew straight." }],
  p_there: 0.85, p_flying: 0.05, best_lat_deg: 54.6, best_lon_deg: 25.7, best_mgrs: "35U MA 16000 51000",
  contours: [{ share: 0.5, area_m2: 12_300_000, polygons: [] }, { share: 0.95, area_m2: 310_000_000, polygons: [] }],
  sectors: [aSector("A-01", 25.7, 54.6), aSector("A-02", 25.72, 54.6, { rank: 2 })], assignments: [], pos: 0.4, expected_h: 6.2, success: [], worth: [], clues: [], silences: [],
  searched: [], finds: [], is_found: false, is_ordered: false, hazard_m: 500, hazard: "Only explosives experts may go near.", why: [], country: "LT", title: "Track 7 lost", ...more,
});

/** What a panel of a search asks of the page, as a desk that has none. */
export const noSearch = (): Pick<Desk, "searching" | "search" | "asOfficer"> => ({
  searching: new Searching(() => new Promise(() => undefined), () => undefined, () => 0),
  search: { open: () => undefined, close: () => undefined, togglePin: () => undefined, highlight: () => undefined, show: () => undefined, pickPlace: async () => null },
  asOfficer: async () => true,
});
