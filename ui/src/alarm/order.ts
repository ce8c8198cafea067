/** Which alarm asks for a person, and in which order. */

import type { Incident } from "../model";
import type { Alarm, AlarmSource, Priority, Suppression } from "./types";

export const PRIORITY_RANK: Record<Priority, number> = { high: 0, medium: 1, low: 2 };
const SOURCE_RANK: Record<AlarmSource, number> = { incident: 0, channel: 1, sensor: 2, step: 3 };

export const alarmId = (source: AlarmSource, subject: string): string => `${source}:${subject}`;

export const isQuiet = (alarm: Alarm): boolean => alarm.shelved != null || Boolean(alarm.suppressed_by);

/** True if it sounds: nobody has seen it, and nobody set it aside. */
export const isHeard = (alarm: Alarm): boolean => alarm.state === "unacknowledged" && !isQuiet(alarm);

/** True if somebody has to look at it, though it may be over. */
export const isWaiting = (alarm: Alarm): boolean => (alarm.state === "unacknowledged" || alarm.state === "returned") && !isQuiet(alarm);

/** What sounds before what is over, the higher priority first, incidents before equipment, then the one that waits longest. */
export function byAlarm(a: Alarm, b: Alarm): number {
  return (
    Number(isHeard(b)) - Number(isHeard(a)) || PRIORITY_RANK[a.priority] - PRIORITY_RANK[b.priority] || SOURCE_RANK[a.source] - SOURCE_RANK[b.source]
    || a.raised_s - b.raised_s || a.alarm_id.localeCompare(b.alarm_id)
  );
}

export type Place = "waiting" | "seen" | "aside" | "closed";

/** Return where an incident stands in the queue; without an alarm of its own its acknowledgement tells. */
export function placeOfIncident(incident: Incident, alarm: Alarm | undefined): Place {
  if (incident.status === "closed") return "closed";
  if (alarm !== undefined && isQuiet(alarm)) return "aside";
  // The alarm hears of an acknowledgement of its incident a moment later.
  const isSeen = incident.acknowledged_s != null && (alarm === undefined || incident.acknowledged_s >= alarm.raised_s);
  return !isSeen && (alarm === undefined || isWaiting(alarm)) ? "waiting" : "seen";
}

export function placeOfAlarm(alarm: Alarm): Place {
  return isQuiet(alarm) ? "aside" : isWaiting(alarm) ? "waiting" : "seen";
}

/** Return the highest priority that is heard now, null if all is quiet. */
export function loudest(alarms: Iterable<Alarm>): Priority | null {
  let found: Priority | null = null;
  for (const alarm of alarms) {
    if (isHeard(alarm) && (found === null || PRIORITY_RANK[alarm.priority] < PRIORITY_RANK[found])) found = alarm.priority;
  }
  return found;
}

/** Return the suppression that keeps an alarm quiet. */
export function suppressionOf(alarm: Alarm, suppressions: readonly Suppression[]): Suppression | undefined {
  return suppressions.find((one) => one.suppression_id === alarm.suppressed_by);
}
