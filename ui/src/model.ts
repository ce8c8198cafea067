/** The server's nouns as they arrive: a field that has its default is left out, unknown is null or absent. */

import type { Alarm, AlarmDecision, HandOver, Priority, Suppression } from "./alarm/types";
import type { CaseFile, FileDecision } from "./file/types";
import type { SearchDecision, SearchState } from "./plan/types";
import type { RegisterDecision } from "./register/types";
import type { Affiliation, Level, Maybe, Track } from "./trackmodel";
import type { ChannelHealth, DecisionClock, DraftChange, LostTrack, WarningDecision, WarningState } from "./warn/types";

export type { Affiliation, Contribution, Identity, Level, Maybe, Track, TrackStatus } from "./trackmodel";

export type ViewName = "live" | "replay";
export type HealthState = "unknown" | "ok" | "degraded" | "late" | "silent" | "failed" | "maintenance";
export type Medium = "acoustic" | "radio" | "optical" | "unknown";
export type SensorKind =
  | "radar" | "acoustic" | "radio_df" | "camera" | "adsb" | "remote_id" | "observer" | "neighbour" | "other";

export const DISPOSITIONS = [
  "undecided", "drone", "aircraft", "balloon", "bird", "clutter", "own_exercise", "false_report", "other",
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];
export const AFFILIATIONS: readonly Affiliation[] = ["unknown", "neutral", "friendly", "suspect", "hostile"];

export interface Crossing {
  type: "crossing";
  zone_id: string;
  from_country?: string;
  time_s: number;
  time_sd_s: number;
  lat_deg: number;
  lon_deg: number;
  position_sd_m: number;
  depth_m?: number;
  inside_s?: number;
  left_s?: Maybe<number>;
}
export interface Ahead {
  type: "ahead";
  zone_id: string;
  distance_m: number;
  in_s?: Maybe<number>;
  in_sd_s?: Maybe<number>;
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
}
export interface Silence {
  type: "silence";
  sensor: string;
  last_s?: Maybe<number>;
  expected_period_s: number;
}
export interface Heard {
  type: "heard";
  sensor: string;
  lat_deg: number;
  lon_deg: number;
  radius_m: number;
  text?: string;
}
export type Detail = Crossing | Ahead | Silence | Heard;

export interface Finding {
  finding_id: string;
  rule: string;
  state: "raised" | "updated" | "cleared";
  severity: "info" | "yellow" | "red";
  time_s: number;
  raised_s: number;
  probability: number;
  title: string;
  reasons: string[];
  detail: Detail;
  track_id?: Maybe<number>;
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
  evidence?: number[];
}

export interface TimelineItem {
  time_s: number;
  what: string;
  text: string;
  officer?: string;
}

export interface Incident {
  incident_id: string;
  title: string;
  status: "open" | "closed";
  level: Level;
  highest_level: Level;
  first_report_s: number;
  opened_s: number;
  changed_s: number;
  acknowledged_s?: Maybe<number>;
  acknowledged_by?: string;
  closed_s?: Maybe<number>;
  disposition?: Disposition;
  track_ids?: number[];
  lost_track_ids?: number[];
  findings?: Finding[];
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
  timeline?: TimelineItem[];
  evidence?: number[];
  cited?: number[];
  /** What the journal says of the search, once a track of it is lost. */
  search?: Maybe<SearchState>;
  /** The tracks that can still be flying. */
  lost?: LostTrack[];
  warning?: Maybe<WarningState>;
  clock?: Maybe<DecisionClock>;
  /** Of a large file the stream carries the newest part. */
  file?: CaseFile;
  /** Of its alarm: how urgent, when it was last heard, and why. */
  priority?: Priority;
  alarmed_s?: Maybe<number>;
  alarmed_for?: string;
  n_alarms?: number;
  kind?: string;
  /** The newest decision on it, as a journal entry. */
  decided_entry?: number;
}

interface ReportBase {
  sensor: string;
  time_s: number;
  received_s?: number;
  entry?: number;
  text?: string;
}
export interface Bearing extends ReportBase {
  kind: "bearing";
  azimuth_deg: number;
  azimuth_sd_deg?: Maybe<number>;
  elevation_deg?: Maybe<number>;
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
  range_max_m?: Maybe<number>;
  medium?: Medium;
}
export interface Presence extends ReportBase {
  kind: "presence";
  radius_m: number;
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
  medium?: Medium;
}
export interface Sighting extends ReportBase {
  kind: "sighting";
  lat_deg: number;
  lon_deg: number;
  position_sd_m?: number;
  sense: "seen" | "heard" | "both";
  azimuth_deg?: Maybe<number>;
  azimuth_sd_deg?: Maybe<number>;
  range_m?: Maybe<number>;
  reporter?: string;
}
export interface Cue extends ReportBase {
  kind: "cue";
  area: [number, number][];
  radius_m?: Maybe<number>;
  valid_until_s?: Maybe<number>;
}
export type Observation = Bearing | Presence | Sighting | Cue;

export interface Health {
  sensor: string;
  state: HealthState;
  reason?: string;
  last_report_s?: Maybe<number>;
  last_received_s?: Maybe<number>;
  n_reports?: number;
  n_late?: number;
  n_rejected?: number;
  rate_hz?: number;
  latency_s?: Maybe<number>;
  rotation_s?: Maybe<number>;
  registration?: Maybe<Registration>;
}
/** How far a sensor is out of register; the verdict is a sentence for a person. */
export interface Registration {
  range_m?: Maybe<number>;
  range_sd_m?: Maybe<number>;
  azimuth_deg?: Maybe<number>;
  azimuth_sd_deg?: Maybe<number>;
  elevation_deg?: Maybe<number>;
  elevation_sd_deg?: Maybe<number>;
  time_s?: Maybe<number>;
  time_sd_s?: Maybe<number>;
  found_range_sd_m?: Maybe<number>;
  found_azimuth_sd_deg?: Maybe<number>;
  n_references?: number;
  is_applied?: boolean;
  is_used?: boolean;
  verdict?: string;
}
export interface FeedHealth {
  feed: string;
  is_connected?: boolean;
  last_received_s?: Maybe<number>;
  n_chunks?: number;
  n_bytes?: number;
  n_reports?: number;
  unused?: Record<string, number>;
  malformed?: Record<string, number>;
  text?: string;
}

export interface Clock {
  now_s: number;
  is_played: boolean;
  is_paused?: boolean;
  is_at_end?: boolean;
  speed?: number;
  start_s?: Maybe<number>;
  end_s?: Maybe<number>;
  jumping_to_s?: Maybe<number>;
}
export interface Update {
  clock: Clock;
  is_reset?: boolean;
  tracks?: Track[];
  findings?: Finding[];
  incidents?: Incident[];
  health?: Health[];
  feeds?: FeedHealth[];
  observations?: Observation[];
  refused?: string[];
  /** Those that changed; one in the state `normal` is gone. */
  alarms?: Alarm[];
  drafts?: DraftChange[];
  channels?: ChannelHealth[];
  /** Null or absent: as they were. */
  suppressions?: Maybe<Suppression[]>;
  hand_overs?: Maybe<HandOver[]>;
  /** All that is wrong with the watch itself now, in sentences. */
  trouble?: string[];
}

export interface Desk {
  title: string;
  country: string;
  is_exercise?: boolean;
  version?: string;
  countries?: string[];
  views?: { name: ViewName; clock: Clock }[];
  /** How many officers must approve a warning before it can be sent. */
  approvals_needed?: number;
  channels?: string[];
}
export interface Coverage {
  range_min_m?: number;
  range_max_m?: Maybe<number>;
  azimuth_from_deg?: number;
  azimuth_to_deg?: number;
}
export interface Sensor {
  id: string;
  kind: SensorKind;
  name?: string;
  lat_deg?: Maybe<number>;
  lon_deg?: Maybe<number>;
  country?: string;
  coverage?: Coverage;
  period_s?: Maybe<number>;
}
export interface ZoneProperties {
  id: string;
  name: string;
  kind: "sovereign" | "prohibited" | "restricted" | "danger" | "watch" | "exercise" | "other";
  country?: string;
  floor_m?: Maybe<number>;
  ceiling_m?: Maybe<number>;
  reference?: string;
  source?: string;
}
export interface Place {
  name: string;
  country: string;
  lat_deg: number;
  lon_deg: number;
  population: number;
}

export interface Inside {
  country: string;
  probability: number;
}
export interface TownAhead extends Place {
  distance_m: number;
  closest_m: number;
  in_s?: Maybe<number>;
}
export interface ClassShare {
  kind: string;
  name: string;
  probability: number;
}

export interface Classification {
  track_id: number;
  time_s: number;
  answer: string;
  answer_name: string;
  classes: ClassShare[];
  reasons: string[];
  caution?: string;
}

export interface Outlook {
  track_id: number;
  time_s: number;
  inside?: Inside[];
  border?: Maybe<Ahead>;
  towns?: TownAhead[];
  why?: string[];
  classification?: Maybe<Classification>;
}

export type Decision =
  | { action: "acknowledge"; officer: string; incident_id: string }
  | { action: "comment"; officer: string; incident_id: string; text: string }
  | { action: "dispose"; officer: string; incident_id: string; disposition: Disposition; text?: string; seen_entry?: number }
  | { action: "close" | "reopen"; officer: string; incident_id: string; text?: string; seen_entry?: number }
  | { action: "link_track"; officer: string; incident_id: string; track_id: number }
  | { action: "affiliate"; officer: string; track_id: number; affiliation: Affiliation; text?: string }
  | SearchDecision
  | FileDecision
  | WarningDecision
  | AlarmDecision
  | RegisterDecision;

const RANK: Record<Level, number> = { red: 0, yellow: 1, white: 2 };

/** Open first, unacknowledged before acknowledged, then red over yellow over white, then the oldest clock first. */
export function byUrgency(a: Incident, b: Incident): number {
  const open = Number(a.status === "closed") - Number(b.status === "closed");
  const seen = Number(isAcknowledged(a)) - Number(isAcknowledged(b));
  return (
    open || seen || RANK[a.level] - RANK[b.level] || a.first_report_s - b.first_report_s
    || a.incident_id.localeCompare(b.incident_id)
  );
}

export function isAcknowledged(incident: Incident): boolean {
  return incident.acknowledged_s != null;
}

/** Return the highest level of the open incidents: the state of the sky. */
export function skyLevel(incidents: Iterable<Incident>): Level {
  let level: Level = "white";
  for (const incident of incidents) {
    if (incident.status === "open" && RANK[incident.level] < RANK[level]) level = incident.level;
  }
  return level;
}
