/** The nouns of a search as the server sends them: what is known, what was decided, and the plan that follows. */

import type { Maybe, Track } from "../trackmodel";
import type { LonLat } from "../geo";

export const COVERS = ["open", "mixed", "forest", "built", "water"] as const;
export type Cover = (typeof COVERS)[number];
export const LIGHTS = ["day", "night"] as const;
export type Light = (typeof LIGHTS)[number];
export const ASSET_KINDS = ["foot_team", "volunteers", "dogs", "camera_drone", "helicopter", "vehicle"] as const;
export type AssetKind = (typeof ASSET_KINDS)[number];
export const CLUE_KINDS = ["bang", "engine_stopped", "smoke", "sighting", "debris", "other"] as const;
/** A bearing or a presence comes from a feed; a person writes down the others. */
export type ClueKind = (typeof CLUE_KINDS)[number] | "bearing" | "presence";
export const FOUND = ["wreck", "part", "crater", "explosive", "other"] as const;
export type Found = (typeof FOUND)[number];

export interface Watching {
  sensor: string;
  from_s: number;
  until_s?: Maybe<number>;
}
export interface Loss {
  track: Track;
  declared_s: number;
  watching?: Watching[];
}
export interface Clue {
  clue_id: string;
  kind: ClueKind;
  reliability: number;
  received_s: number;
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
  radius_m?: number;
  time_s?: Maybe<number>;
  time_sd_s?: number;
  text?: string;
  by?: string;
  report?: Maybe<{ kind: string; sensor?: string; lat_deg?: Maybe<number>; lon_deg?: Maybe<number>; text?: string }>;
}

export interface Wind {
  speed_mps: number;
  from_deg: number;
  at_height_m?: number;
  sd_mps?: number;
}
export interface TakeOff {
  earliest_s: number;
  latest_s: number;
}
export interface Asset {
  asset_id: string;
  kind: AssetKind;
  hours?: number;
  available_s?: Maybe<number>;
  speed_mps?: Maybe<number>;
  sweep_width_m?: Maybe<number>;
}
export interface SearchSettings {
  kinds?: Record<string, number>;
  fates?: Record<string, number>;
  conducts?: Record<string, number>;
  wind?: Maybe<Wind>;
  take_off?: Maybe<TakeOff>;
  height_agl_m?: Maybe<number>;
  cover?: Cover;
  light?: Light;
  assets?: Asset[];
  sector_hours?: number;
}
export interface SectorOutline {
  name: string;
  ring: LonLat[];
  cover?: Cover;
}
export interface Searched {
  searched_id: string;
  time_s: number;
  by: string;
  asset: AssetKind;
  sector?: string;
  ring?: LonLat[];
  paths?: LonLat[][];
  hours?: Maybe<number>;
  coverage?: Maybe<number>;
  sweep_width_m?: Maybe<number>;
  text?: string;
}
export interface Find {
  find_id: string;
  time_s: number;
  by: string;
  what: Found;
  lat_deg: number;
  lon_deg: number;
  sd_m: number;
  is_it: boolean;
  photo_sha256?: string;
  text?: string;
}
export interface SearchState {
  losses?: Loss[];
  clues?: Clue[];
  settings?: SearchSettings;
  generation?: number;
  ordered_s?: Maybe<number>;
  sectors?: SectorOutline[];
  searched?: Searched[];
  finds?: Find[];
  ended_s?: Maybe<number>;
  changed_s?: number;
}

export interface Hypothesis {
  id: string;
  title: string;
  prior: number;
  probability: number;
  is_set: boolean;
  why: string;
}
export interface Contour {
  share: number;
  area_m2: number;
  polygons: LonLat[][][];
}
export interface Sector {
  name: string;
  ring: LonLat[];
  lat_deg: number;
  lon_deg: number;
  area_m2: number;
  cover: Cover;
  poc: number;
  pod: number;
  p_per_hour: number;
  hours: number;
  rank: number;
  is_ordered: boolean;
  mgrs?: string;
}
export interface Assignment {
  asset_id: string;
  sector: string;
  hours: number;
  pod: number;
  pos: number;
}
export interface AssetWorth {
  asset_id: string;
  pos_without: number;
  expected_h_without?: Maybe<number>;
}
export interface SuccessPoint {
  hours: number;
  pos: number;
}
export interface ClueWeight {
  clue: Clue;
  probability: number;
  why: string;
}
export interface SensorSilence {
  sensor: string;
  p_detect_look: number;
  until_s: number;
  why: string;
}

/** Where to look, and why. The cells of the map are left to the exports: the page draws the contours. */
export interface SearchPlan {
  incident_id: string;
  track_id: number;
  key: string;
  now_s: number;
  loss: Loss;
  settings: SearchSettings;
  kinds: Record<string, number>;
  fates: Hypothesis[];
  conducts: Hypothesis[];
  p_there: number;
  p_flying: number;
  best_lat_deg: number;
  best_lon_deg: number;
  best_mgrs: string;
  contours: Contour[];
  sectors: Sector[];
  assignments: Assignment[];
  pos: number;
  expected_h?: Maybe<number>;
  success: SuccessPoint[];
  worth: AssetWorth[];
  clues: ClueWeight[];
  silences: SensorSilence[];
  searched: Searched[];
  finds: Find[];
  is_found: boolean;
  is_ordered: boolean;
  hazard_m: number;
  hazard: string;
  why: string[];
  country: string;
  title: string;
  is_exercise?: boolean;
}

export type SearchDecision =
  | { action: "plan_search"; officer: string; incident_id: string; settings: SearchSettings; seen_entry?: number }
  | {
    action: "add_clue"; officer: string; incident_id: string; kind: ClueKind; lat_deg: number; lon_deg: number;
    radius_m?: number; time_s?: number; time_sd_s?: number; reliability?: number; text?: string;
  }
  | { action: "weigh_clue"; officer: string; incident_id: string; clue_id: string; reliability: number }
  | { action: "order_search"; officer: string; incident_id: string; sectors: SectorOutline[] }
  | {
    action: "mark_searched"; officer: string; incident_id: string; asset: AssetKind; sector?: string; ring?: LonLat[];
    paths?: LonLat[][]; hours?: number; coverage?: number; sweep_width_m?: number; time_s?: number; text?: string;
  }
  | {
    action: "report_find"; officer: string; incident_id: string; what: Found; lat_deg: number; lon_deg: number;
    sd_m?: number; is_it?: boolean; time_s?: number; photo_sha256?: string; text?: string;
  }
  | { action: "end_search"; officer: string; incident_id: string; text?: string };
