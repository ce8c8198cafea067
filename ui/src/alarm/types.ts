/** Alarms as the server writes them: each asks a person for something, until it is acknowledged or set aside. */

import type { Maybe } from "../trackmodel";

export type Priority = "high" | "medium" | "low";
/** `returned`: what it was about is over, and nobody has seen it. `normal`: it is gone. */
export type AlarmState = "unacknowledged" | "acknowledged" | "returned" | "normal";
export type AlarmSource = "incident" | "sensor" | "channel" | "step";
export type AlarmAction =
  | "raised" | "raised_again" | "acknowledged" | "returned" | "ended" | "shelved" | "unshelved" | "suppressed" | "unsuppressed";

export interface Shelving {
  officer: string;
  time_s: number;
  until_s: number;
  text: string;
}
export interface Suppression extends Shelving {
  suppression_id: string;
  source: AlarmSource;
  subject?: string;
  kind?: string;
}
export interface Alarm {
  alarm_id: string;
  source: AlarmSource;
  subject: string;
  priority: Priority;
  state: AlarmState;
  title: string;
  reason: string;
  first_s: number;
  raised_s: number;
  n_raised?: number;
  kind?: string;
  acknowledged_s?: Maybe<number>;
  acknowledged_by?: string;
  returned_s?: Maybe<number>;
  is_stale?: boolean;
  shelved?: Maybe<Shelving>;
  suppressed_by?: string;
}
export interface AlarmLogItem {
  time_s: number;
  alarm_id: string;
  action: AlarmAction;
  priority: Priority;
  text: string;
  officer?: string;
  is_heard?: boolean;
}
export interface HandOver {
  time_s: number;
  officer: string;
  to: string;
  text?: string;
}
export interface AlarmRates {
  from_s: number;
  to_s: number;
  n_heard: number;
  per_hour: number;
  flooded_share: number;
  n_stale: number;
  n_chattering: number;
}

export type AlarmDecision =
  | { action: "acknowledge_alarm" | "unshelve_alarm"; officer: string; alarm_id: string }
  | { action: "shelve_alarm"; officer: string; alarm_id: string; for_s: number; text: string }
  | { action: "suppress_alarms"; officer: string; source: AlarmSource; for_s: number; text: string; subject?: string; kind?: string }
  | { action: "end_suppression"; officer: string; suppression_id: string }
  | { action: "hand_over"; officer: string; to: string; text?: string };
