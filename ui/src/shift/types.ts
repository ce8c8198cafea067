/** A shift as it is handed over: what the officer who takes the watch over must know. */

import type { Alarm, AlarmRates, HandOver, Priority, Suppression } from "../alarm/types";
import type { Disposition, HealthState } from "../model";
import type { Level, Maybe } from "../trackmodel";
import type { ChannelHealth, Delivery, LostTrack } from "../warn/types";

export interface OpenIncident {
  incident_id: string;
  title: string;
  level: Level;
  highest_level: Level;
  priority: Priority;
  opened_s: number;
  age_s: number;
  kind?: string;
  disposition?: Disposition;
  acknowledged_s?: Maybe<number>;
  acknowledged_by?: string;
  alarmed_for?: string;
  n_tracks?: number;
}
export interface WarningInForce {
  warning_id: string;
  incident_id: string;
  level: Level;
  headline: string;
  sent_s: number;
  sent_by: string;
  expires_s: number;
  undelivered?: Delivery[];
  is_exercise?: boolean;
}
export interface Pending {
  warning_id: string;
  incident_id: string;
  level: Level;
  approved_by: string[];
  n_missing: number;
}
export interface UnwellSensor {
  sensor: string;
  state: HealthState;
  reason: string;
  last_report_s?: Maybe<number>;
}
export interface Deed {
  time_s: number;
  officer: string;
  about: string;
  what: string;
  text: string;
}
export interface Shift {
  from_s: number;
  to_s: number;
  incidents?: OpenIncident[];
  warnings?: WarningInForce[];
  pending?: Pending[];
  still_flying?: { incident_id: string; lost: LostTrack }[];
  alarms?: Alarm[];
  shelved?: Alarm[];
  quiet?: Alarm[];
  suppressions?: Suppression[];
  sensors?: UnwellSensor[];
  channels?: ChannelHealth[];
  rates: AlarmRates;
  deeds?: Deed[];
  n_deeds_left_out?: number;
  hand_overs?: HandOver[];
}
