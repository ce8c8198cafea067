/** The alarm queue: incidents and the alarms of sensors and channels in one order, what asks for a person first. */

import { byUrgency, type Incident } from "../model";
import type { Picture } from "../picture";
import { alarmId, byAlarm, isHeard, placeOfAlarm, placeOfIncident, PRIORITY_RANK, type Place } from "./order";
import type { Alarm, Priority } from "./types";

export type Item =
  | { kind: "incident"; id: string; place: Place; incident: Incident; alarm: Alarm | undefined }
  | { kind: "alarm"; id: string; place: Place; alarm: Alarm };

const PLACES: readonly Place[] = ["waiting", "seen", "aside", "closed"];
/** How many closed incidents are listed. */
const CLOSED_SHOWN = 6;

export const priorityOf = (item: Item): Priority => (item.kind === "incident" ? (item.alarm?.priority ?? item.incident.priority ?? "low") : item.alarm.priority);

function compare(a: Item, b: Item): number {
  const place = PLACES.indexOf(a.place) - PLACES.indexOf(b.place);
  if (place !== 0) return place;
  if (a.kind === "incident" && b.kind === "incident") {
    if (a.place === "closed") return b.incident.changed_s - a.incident.changed_s;
    const heard = Number(b.alarm !== undefined && isHeard(b.alarm)) - Number(a.alarm !== undefined && isHeard(a.alarm));
    return heard || PRIORITY_RANK[priorityOf(a)] - PRIORITY_RANK[priorityOf(b)] || byUrgency(a.incident, b.incident);
  }
  if (a.kind === "alarm" && b.kind === "alarm") return byAlarm(a.alarm, b.alarm);
  // Of the same urgency the sky comes before the equipment.
  return PRIORITY_RANK[priorityOf(a)] - PRIORITY_RANK[priorityOf(b)] || (a.kind === "incident" ? -1 : 1);
}

/** Return the queue of a picture, the most urgent first; of the closed incidents the newest. */
export function queueOf({ incidents, alarms }: Pick<Picture, "incidents" | "alarms">): Item[] {
  const items: Item[] = [];
  for (const incident of incidents.values()) {
    const alarm = alarms.get(alarmId("incident", incident.incident_id));
    items.push({ kind: "incident", id: incident.incident_id, place: placeOfIncident(incident, alarm), incident, alarm });
  }
  for (const alarm of alarms.values()) if (alarm.source !== "incident") items.push({ kind: "alarm", id: alarm.alarm_id, place: placeOfAlarm(alarm), alarm });
  items.sort(compare);
  const open = items.filter((item) => item.place !== "closed");
  return [...open, ...items.slice(open.length, open.length + CLOSED_SHOWN)];
}

/** Return what the next acknowledgement is for: the selected item if it waits, else the most urgent one. */
export function nextToAcknowledge(items: readonly Item[], selectedId: string | undefined): Item | undefined {
  const waiting = items.filter((item) => item.place === "waiting");
  return waiting.find((item) => item.id === selectedId) ?? waiting[0];
}

/** Return how many alarms wait for a person. */
export const nWaiting = (picture: Pick<Picture, "incidents" | "alarms">): number => queueOf(picture).filter((item) => item.place === "waiting").length;
