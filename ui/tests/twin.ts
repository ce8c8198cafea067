import { ANYBODY } from "../src/me";
import type { Alarm } from "../src/alarm/types";
import type { Desk, Proposal } from "../src/desk";
import type { Incident, Track } from "../src/model";
import type { SearchPlan, Sector } from "../src/plan/types";
import { Times } from "../src/format";
import { Picture } from "../src/picture";
import { Searching } from "../src/searching";
import { loadSettings } from "../src/settings";
import type { Draft, PublicWarning, WarningContent } from "../src/warn/types";
import { Warnings } from "../src/warnings";

export const aTrack = (more: Partial<Track> = {}): Track => ({
  track_id: 7, time_s: 1_000, first_s: 900, last_report_s: 1_000, status: "confirmed", lat_deg: 54.6, lon_deg: 25.7,
  east_mps: -15, north_mps: 0, position_cov_m2: [100, 0, 100], velocity_cov_m2ps2: [1, 0, 1], ...more,
});

export const anIncident = (more: Partial<Incident> = {}): Incident => ({
  incident_id: "I-1", title: "Track 7 crossed", status: "open", level: "yellow", highest_level: "yellow",
  first_report_s: 100, opened_s: 110, changed_s: 110, ...more,
});

export const anAlarm = (more: Partial<Alarm> = {}): Alarm => ({
  alarm_id: "incident:I-1", source: "incident", subject: "I-1", priority: "medium", state: "unacknowledged", title: "Track 7 crossed", reason: "It is new", first_s: 110, raised_s: 110, ...more,
});

/** A closed square ring with its south-west corner at a place, a hundredth of a degree wide. */
export const aRing = (lonDeg: number, latDeg: number, widthDeg = 0.01): [number, number][] => {
  const [east, north] = [Number((lonDeg + widthDeg).toFixed(6)), Number((latDeg + widthDeg).toFixed(6))];
  return [[lonDeg, latDeg], [east, latDeg], [east, north], [lonDeg, north], [lonDeg, latDeg]];
};

export const aContent = (more: Partial<WarningContent> = {}): WarningContent => ({
  level: "red", rings: [aRing(25.7, 54.6)], expires_s: 7_300,
  texts: [
    { language: "lt", headline: "Oro pavojus", description: "Nežinomas objektas.", instruction: "Eikite į slėptuvę.", area: "Vilniaus rajonas" },
    { language: "en", headline: "Air danger", description: "Unknown object.", instruction: "Take shelter.", area: "Vilnius district" },
  ], ...more,
});

export const aDraft = (more: Partial<Draft> = {}): Draft => ({ incident_id: "I-1", made_s: 390, content: aContent(), area_m2: 710_000, population: 900, why: ["It flies west."], ...more });

export const aWarning = (more: Partial<PublicWarning> = {}): PublicWarning => ({
  warning_id: "W-1", incident_id: "I-1", kind: "alert", content: aContent(), approvals: [{ officer: "Lt. K", time_s: 395 }], n_needed: 1, ...more,
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

/** What panels of a search and of a warning ask of the page, as a desk that has neither. */
export const noSearch = (): Pick<Desk, "searching" | "search" | "asOfficer" | "warnings" | "warning" | "places" | "shelve" | "suppress"> => ({
  warnings: new Warnings(), places: [], shelve: async () => undefined, suppress: async () => undefined,
  warning: {
    open: () => undefined, close: () => undefined, toggleArea: () => undefined, undo: () => undefined, approve: async () => undefined, send: async () => undefined,
    withdraw: async () => undefined, save: async () => undefined, followSky: async () => undefined, showArea: () => undefined,
  },
  searching: new Searching(() => new Promise(() => undefined), () => undefined, () => 0),
  search: { open: () => undefined, close: () => undefined, togglePin: () => undefined, highlight: () => undefined, show: () => undefined, pickPlace: async () => null },
  asOfficer: async () => true,
});

/** A desk with that picture that keeps what is decided at it. */
export function aDesk(picture: Picture, decided: Proposal[] = [], more: Partial<Desk> = {}): Desk {
  return {
    info: { title: "Test", country: "LT" }, settings: { ...loadSettings(), officer: "Lt. K" }, times: new Times("LT"), live: picture, picture, view: "live", me: ANYBODY, denied: "", isLost: false, isFollowing: false,
    selection: { kind: "incident", id: "I-1" }, sensors: new Map(), zoneNames: new Map(),
    select: () => undefined, acknowledgeNext: () => undefined, say: () => undefined, redraw: () => undefined,
    ...noSearch(), decide: async (proposal) => (decided.push(proposal), true), ...more,
  };
}
