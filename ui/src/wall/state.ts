/** What the wall says: the state of the sky in one word, and the few things that matter of it; never calmer than what is known. */

import { nWaiting } from "../alarm/queue";
import { countryName, duration, percent, stopwatch, type Times } from "../format";
import { LEVEL_MEANING, LEVEL_WORD } from "../levelwords";
import { byUrgency, skyLevel, type Incident, type Level } from "../model";
import type { Picture } from "../picture";
import type { Link } from "../stream";
import { inForce, isApproved, pendingOf, type InTheWay } from "../warn/types";
import { shortTime, stillFlying, untilThen } from "../warn/words";

/** A place less likely than this is not what a whole room should look at. */
const LIKELY = 0.1;
const RANK: Record<Level, number> = { red: 0, yellow: 1, white: 2 };

export interface Line {
  title: string;
  text: string;
  note: string;
  /** True if somebody has to do something about it. */
  isUrgent: boolean;
}
export interface Wall {
  /** Null while nothing is known: before the first picture, and when the connection is lost. */
  level: Level | null;
  word: string;
  note: string;
  headline: string;
  since: string;
  lines: Line[];
  /** What somebody has to see to: alarms that wait, sensors that are silent, the watch itself. */
  troubles: string[];
}

export interface Seen {
  picture: Picture;
  link: Link;
  quietMs: number;
  times: Times;
  home: string;
}

export function wallOf({ picture, link, quietMs, times, home }: Seen): Wall {
  const nowS = picture.nowS();
  const open = [...picture.incidents.values()].filter((incident) => incident.status === "open");
  const level = skyLevel(open);
  const worst = worstOf(open);
  const isKnown = Number.isFinite(picture.clock.now_s);
  const isLost = link === "lost";
  const nSilent = [...picture.health.values()].filter((one) => one.state === "silent" || one.state === "failed").length;
  const clear = nSilent > 0 ? "clear where it is watched" : LEVEL_MEANING.white;
  return {
    level: isKnown && !isLost ? level : null,
    word: isKnown && !isLost ? LEVEL_WORD[level] : "NOT KNOWN",
    note: !isKnown ? "no picture yet" : isLost ? `Connection lost ${stopwatch(quietMs / 1_000)} ago. Last known: ${LEVEL_WORD[level]}` : level === "white" ? clear : LEVEL_MEANING[level],
    headline: worst?.title ?? (isKnown ? "No open incident" : ""),
    since: worst === undefined ? "" : `since ${times.local(worst.first_report_s)}, for ${stopwatch(nowS - worst.first_report_s)}${open.length > 1 ? `; ${open.length} incidents open` : ""}`,
    lines: isKnown ? [nextPlace(picture, open, nowS, times, home), warningLine([...picture.incidents.values()], level, nowS, times), allClearLine(open, nowS, times)].filter((line) => line !== null) : [],
    troubles: [...picture.trouble, ...troubles(picture, nSilent)],
  };
}

function worstOf(open: readonly Incident[]): Incident | undefined {
  return [...open].sort((a, b) => RANK[a.level] - RANK[b.level] || byUrgency(a, b))[0];
}

/** The likely place that something reaches first. */
function nextPlace(picture: Picture, open: readonly Incident[], nowS: number, times: Times, home: string): Line | null {
  const places = open.flatMap((incident) => picture.drafts.get(incident.incident_id)?.in_the_way ?? [])
    .filter((place) => place.kind !== "municipality" && place.probability >= LIKELY && place.arrival_s[2] > nowS);
  places.sort((a, b) => a.arrival_s[1] - b.arrival_s[1]);
  const [next] = places;
  if (next === undefined) return null;
  return {
    title: "Next in its way", text: `${next.name} ${untilThen(next.arrival_s, nowS)}`, isUrgent: false,
    note: `${chanceOf(next)}, ${shortTime(times, next.arrival_s[0])}–${shortTime(times, next.arrival_s[2])}${next.country && next.country !== home ? `, ${countryName(next.country)}` : ""}`,
  };
}

const chanceOf = (place: InTheWay): string => `${percent(place.probability)} likely`;

function warningLine(incidents: readonly Incident[], level: Level, nowS: number, times: Times): Line | null {
  const given = incidents.map((incident) => inForce(incident.warning, nowS)).filter((one) => one !== null)
    .sort((a, b) => RANK[a.content.level] - RANK[b.content.level] || b.content.expires_s - a.content.expires_s);
  const pending = incidents.map((incident) => pendingOf(incident.warning)).find((one) => one !== null);
  const [first] = given;
  const waits = pending == null ? "" : isApproved(pending) ? "approved, not sent yet" : "waits for a second approval";
  if (first !== undefined) {
    const nUndelivered = given.flatMap((one) => one.deliveries ?? []).filter((one) => one.fate === "failed" || one.fate === "given_up").length;
    return {
      title: "Warning in force", text: `${LEVEL_WORD[first.content.level]} until ${shortTime(times, first.content.expires_s)}`, isUrgent: waits !== "" || nUndelivered > 0,
      note: [given.length > 1 ? `${given.length} warnings` : `sent ${shortTime(times, first.sent_s ?? NaN)}`, nUndelivered > 0 ? `${nUndelivered} not delivered` : "", waits && `another: ${waits}`].filter(Boolean).join(", "),
    };
  }
  if (pending != null) return { title: "Warning", text: waits, note: LEVEL_WORD[pending.content.level], isUrgent: true };
  return level === "white" ? null : { title: "Warning", text: "none sent", note: "the public was not told", isUrgent: level === "red" };
}

function allClearLine(open: readonly Incident[], nowS: number, times: Times): Line | null {
  const flying = open.flatMap((incident) => stillFlying(incident.lost, nowS));
  if (flying.length === 0) return null;
  const untilS = Math.max(...flying.map((track) => track.flies_until_s));
  return {
    title: "No all-clear before", text: `${shortTime(times, untilS)}, in ${duration(untilS - nowS)}`, isUrgent: false,
    note: flying.length === 1 ? `lost track ${flying[0]!.track_id} can still fly` : `${flying.length} lost tracks can still fly`,
  };
}

function troubles(picture: Picture, nSilent: number): string[] {
  const n = nWaiting(picture);
  // The watch names a channel that stays dead in its own words.
  const dead = [...picture.channels.values()].filter((one) => !one.is_alive && !picture.trouble.some((text) => text.includes(one.channel))).map((one) => one.channel);
  return [
    n > 0 ? `${n} ${n === 1 ? "alarm waits" : "alarms wait"}` : "", nSilent > 0 ? `${nSilent} ${nSilent === 1 ? "sensor" : "sensors"} silent` : "",
    dead.length > 0 ? `${dead.length === 1 ? "channel" : "channels"} ${dead.join(", ")} dead` : "",
  ].filter(Boolean);
}
