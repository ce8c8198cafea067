/** The decision clock: how long after the first report each step of an incident was reached, and which one runs. */

import type { DecisionClock } from "./types";

export interface Step {
  name: string;
  /** Seconds since the first report; null while it was not reached. */
  afterS: number | null;
  atS: number | null;
  isRunning: boolean;
}

type Time = keyof DecisionClock;
const STEPS: readonly (readonly [Time, string])[] = [
  ["first_report_s", "report"], ["first_track_s", "track"], ["first_alarm_s", "alarm"], ["acknowledged_s", "acknowledged"],
  ["drafted_s", "drafted"], ["approved_s", "approved"], ["sent_s", "sent"], ["delivered_s", "delivered"],
];
/** Those that wait for the one before: a track may never come, and a draft is made by itself. */
const IN_TURN: readonly Time[] = ["first_report_s", "first_alarm_s", "acknowledged_s", "approved_s", "sent_s", "delivered_s"];

/** Return the steps in order; the one that is waited for runs, unless nothing is waited for any more. */
export function stepsOf(clock: DecisionClock, isOver: boolean): Step[] {
  const reached = IN_TURN.reduce((last, name, i) => (clock[name] == null ? last : i), 0);
  const next = IN_TURN[reached + 1];
  const running = next === "approved_s" && clock.drafted_s == null ? "drafted_s" : next;
  return STEPS.map(([time, name]) => {
    const atS = clock[time] ?? null;
    return { name, atS, afterS: atS === null ? null : atS - clock.first_report_s, isRunning: !isOver && time === running };
  });
}
