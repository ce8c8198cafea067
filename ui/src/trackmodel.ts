/** A track as it arrives: what the rest of the model, and a search plan, speak of. */

export type Maybe<T> = T | null | undefined;
export type Level = "white" | "yellow" | "red";
export type Affiliation = "unknown" | "friendly" | "neutral" | "suspect" | "hostile";
export type TrackStatus = "tentative" | "confirmed" | "coasting" | "lost" | "ended";

export interface Identity {
  icao24?: Maybe<string>;
  callsign?: Maybe<string>;
  squawk?: Maybe<string>;
  remote_id?: Maybe<string>;
}

export interface Contribution {
  sensor: string;
  n_reports: number;
  last_s: number;
}

export interface Track {
  track_id: number;
  time_s: number;
  first_s: number;
  last_report_s: number;
  status: TrackStatus;
  lat_deg: number;
  lon_deg: number;
  east_mps: number;
  north_mps: number;
  position_cov_m2: [number, number, number];
  velocity_cov_m2ps2: [number, number, number];
  alt_baro_m?: Maybe<number>;
  alt_wgs84_m?: Maybe<number>;
  climb_mps?: Maybe<number>;
  turn_rate_dps?: Maybe<number>;
  existence?: Maybe<number>;
  is_cooperative?: boolean;
  is_on_ground?: boolean;
  identity?: Identity;
  neighbour_numbers?: string[];
  contributions?: Contribution[];
  n_reports?: number;
  affiliation?: Affiliation;
  flags?: string[];
  entries?: number[];
}
