/** A warning in the words of the desk: what it is, how far it has come, who is in the way and when. */

import { duration, stopwatch, type Times } from "../format";
import { LEVEL_WORD } from "../levelwords";
import type { LonLat } from "../geo";
import type { Level } from "../trackmodel";
import { inForce, isApproved, lastSent, pendingOf, type Delivery, type Draft, type Fate, type InTheWay, type LostTrack, type PublicWarning, type WarningState } from "./types";

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });
export const languageName = (code: string): string => LANGUAGES.of(code) ?? code;

export const FATE_WORD: Record<Fate, string> = { trying: "on its way", delivered: "delivered", failed: "failed, trying again", given_up: "given up" };

/** Return hh:mm of the local clocks. */
export const shortTime = (times: Times, timeS: number): string => times.local(timeS).slice(0, 5);

/** Return when it comes, from the 10th to the 90th percentile: 04:52 to 04:58. */
export function arrival(times: Times, [early, , late]: InTheWay["arrival_s"]): string {
  const [from, to] = [shortTime(times, early), shortTime(times, late)];
  return from === to ? from : `${from} to ${to}`;
}

/** Return how long until then: "in 6 to 12 min", "now" once the first could be there. */
export function untilThen([early, , late]: InTheWay["arrival_s"], nowS: number): string {
  if (late <= nowS) return "by now";
  if (early <= nowS) return `now, or within ${duration(late - nowS)}`;
  const [from, to] = [Math.floor((early - nowS) / 60), Math.ceil((late - nowS) / 60)];
  return to <= 1 ? "within a minute" : from === to ? `in ${to} min` : `in ${from} to ${to} min`;
}

/** Return a number of people to two digits that mean something. */
export function people(n: number): string {
  if (n < 100) return "fewer than 100";
  const step = 10 ** (Math.floor(Math.log10(n)) - 1);
  return (Math.round(n / step) * step).toLocaleString("en-GB");
}

/** Return how far a warning has come, as one line for a button or a list. */
export function stageLine(state: WarningState, draft: Draft | null, nowS: number, times: Times): string {
  const [pending, sent] = [pendingOf(state), lastSent(state)];
  if (pending !== null) return isApproved(pending) ? `${LEVEL_WORD[pending.content.level]} approved, not sent` : `${LEVEL_WORD[pending.content.level]} waits for a second approval`;
  if (sent !== null) {
    const end = sent.content.level === "white" ? "all-clear given" : inForce(state, nowS) === null ? "warning has run out" : `${LEVEL_WORD[sent.content.level]} in force until ${shortTime(times, sent.content.expires_s)}`;
    const failed = (sent.deliveries ?? []).filter((one) => one.fate === "failed" || one.fate === "given_up").length;
    return failed > 0 ? `${end}, ${failed} ${failed === 1 ? "channel" : "channels"} failed` : end;
  }
  if (state.edited != null) return `${LEVEL_WORD[state.edited.content.level]} draft, edited`;
  return draft === null ? "no draft" : `${LEVEL_WORD[draft.content.level]} draft ready`;
}

/** Return who approved, and how many are still wanted. */
export function approvalLine(warning: PublicWarning, times: Times): string {
  const given = (warning.approvals ?? []).map(({ officer, time_s }) => `${officer} at ${times.local(time_s)}`);
  const missing = (warning.n_needed ?? 1) - given.length;
  return `Approved by ${given.join(", ")}.${missing > 0 ? ` ${missing === 1 ? "One more officer" : `${missing} more officers`} must approve it.` : ""}`;
}

const FATE_RANK: Record<Fate, number> = { given_up: 0, failed: 1, trying: 2, delivered: 3 };
/** What did not arrive comes first. */
export const byFate = (a: Delivery, b: Delivery): number => FATE_RANK[a.fate] - FATE_RANK[b.fate] || a.channel.localeCompare(b.channel);

/** Return those that can still be flying. */
export const stillFlying = (lost: readonly LostTrack[] | undefined, nowS: number): LostTrack[] => (lost ?? []).filter((track) => track.flies_until_s > nowS);

/** Return what speaks against an all-clear, in sentences: nobody may give one unless they say why all the same. */
export function againstAllClear({ level, lost }: { level: Level; lost?: LostTrack[] }, nowS: number, times: Times): string[] {
  return [
    ...(level === "red" ? ["The incident is RED: something is in the airspace."] : []),
    ...stillFlying(lost, nowS).map((track) => `Track ${track.track_id} can fly until ${times.local(track.flies_until_s)}, ${stopwatch(track.flies_until_s - nowS)} more.`),
  ];
}

/** Return how far from its last place a lost track can be [m]. */
export const reachM = (track: LostTrack, nowS: number): number => Math.max(0, track.speed_mps * (Math.min(nowS, track.flies_until_s) - track.last_report_s));

export const placeOfLost = (track: LostTrack): LonLat => [track.lon_deg, track.lat_deg];
