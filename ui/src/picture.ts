/** What one view shows: the newest state of everything, its clock that runs on, and a bounded trail per track. */

import type { Alarm, HandOver, Suppression } from "./alarm/types";
import { courseDeg, destination, distanceM, type LonLat } from "./geo";
import type { Clock, FeedHealth, Finding, Health, Incident, Observation, Track, Update } from "./model";
import type { ChannelHealth, Draft } from "./warn/types";

export const TRAIL_POINTS = 240;
export const TRAIL_AGE_S = 900;
const TRAIL_STEP_M = 60;
const MAX_OBSERVATIONS = 2_000;
const MAX_CLOSED = 200;

export interface TrailPoint {
  timeS: number;
  at: LonLat;
}

export class Picture {
  readonly tracks = new Map<number, Track>();
  readonly trails = new Map<number, TrailPoint[]>();
  readonly findings = new Map<string, Finding>();
  readonly incidents = new Map<string, Incident>();
  readonly health = new Map<string, Health>();
  readonly feeds = new Map<string, FeedHealth>();
  readonly alarms = new Map<string, Alarm>();
  /** The warnings as the watch would word them now, by incident. */
  readonly drafts = new Map<string, Draft>();
  readonly channels = new Map<string, ChannelHealth>();
  suppressions: Suppression[] = [];
  handOvers: HandOver[] = [];
  observations: Observation[] = [];
  trouble: string[] = [];
  clock: Clock = { now_s: NaN, is_played: false };
  /** Counts every change, so that a panel knows whether it is out of date. */
  version = 0;
  private heardAtMs = 0;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  /** Return the view's time now: the last heard one, run on at the view's speed; it runs on when the link is lost. */
  nowS(): number {
    const { now_s, is_played, is_paused, is_at_end, speed, jumping_to_s } = this.clock;
    if (is_played && (is_paused || is_at_end || speed === 0 || jumping_to_s != null)) return now_s;
    return now_s + ((this.monotonicMs() - this.heardAtMs) / 1_000) * (is_played ? (speed ?? 1) : 1);
  }

  apply(update: Update): void {
    if (update.is_reset) this.clear();
    // While the server jumps its clock races ahead of the picture, which is still that of the moment left behind.
    const isBehind = update.clock.jumping_to_s != null && !update.is_reset && Number.isFinite(this.clock.now_s);
    this.clock = isBehind ? { ...update.clock, now_s: this.nowS() } : update.clock;
    this.trouble = update.trouble ?? [];
    this.heardAtMs = this.monotonicMs();
    for (const track of update.tracks ?? []) this.applyTrack(track);
    for (const finding of update.findings ?? []) {
      if (finding.state === "cleared") this.findings.delete(finding.finding_id);
      else this.findings.set(finding.finding_id, finding);
    }
    for (const incident of update.incidents ?? []) this.incidents.set(incident.incident_id, incident);
    for (const health of update.health ?? []) this.health.set(health.sensor, health);
    for (const feed of update.feeds ?? []) this.feeds.set(feed.feed, feed);
    this.applyWarning(update);
    if (update.observations?.length) {
      this.observations = [...this.observations, ...update.observations].slice(-MAX_OBSERVATIONS);
    }
    this.forgetClosed();
    this.version += 1;
  }

  /** Take over one incident that was read again. */
  take(incident: Incident): void {
    this.incidents.set(incident.incident_id, incident);
    this.version += 1;
  }

  private applyWarning(update: Update): void {
    for (const alarm of update.alarms ?? []) {
      if (alarm.state === "normal") this.alarms.delete(alarm.alarm_id);
      else this.alarms.set(alarm.alarm_id, alarm);
    }
    for (const { incident_id, draft } of update.drafts ?? []) {
      if (draft == null) this.drafts.delete(incident_id);
      else this.drafts.set(incident_id, draft);
    }
    for (const channel of update.channels ?? []) this.channels.set(channel.channel, channel);
    this.suppressions = update.suppressions ?? this.suppressions;
    this.handOvers = update.hand_overs ?? this.handOvers;
  }

  private clear(): void {
    const { tracks, trails, findings, incidents, health, feeds, alarms, drafts, channels } = this;
    for (const kept of [tracks, trails, findings, incidents, health, feeds, alarms, drafts, channels]) kept.clear();
    [this.observations, this.suppressions, this.handOvers] = [[], [], []];
  }

  private applyTrack(track: Track): void {
    if (track.status === "ended") {
      this.tracks.delete(track.track_id);
      this.trails.delete(track.track_id);
      return;
    }
    this.tracks.set(track.track_id, track);
    if (track.status !== "lost") this.extendTrail(track);
  }

  /** Keep where the last report placed it: a predicted path is not where it has been. */
  private extendTrail(track: Track): void {
    const point = { timeS: track.last_report_s, at: reportedAt(track) };
    const trail = this.trails.get(track.track_id);
    if (trail === undefined) {
      this.trails.set(track.track_id, [point]);
      return;
    }
    const last = trail[trail.length - 1];
    if (last !== undefined && (point.timeS <= last.timeS || distanceM(last.at, point.at) < TRAIL_STEP_M)) return;
    trail.push(point);
    while (trail.length > TRAIL_POINTS || point.timeS - (trail[0]?.timeS ?? Infinity) > TRAIL_AGE_S) trail.shift();
  }

  private forgetClosed(): void {
    const closed = [...this.incidents.values()].filter((incident) => incident.status === "closed");
    if (closed.length <= MAX_CLOSED) return;
    closed.sort((a, b) => a.changed_s - b.changed_s);
    for (const incident of closed.slice(0, closed.length - MAX_CLOSED)) this.incidents.delete(incident.incident_id);
  }
}

/** Return where a track was at its last report, taking off what it was predicted since. */
export function reportedAt(track: Track): LonLat {
  const predictedS = Math.max(0, track.time_s - track.last_report_s);
  const course = courseDeg(track.east_mps, track.north_mps);
  if (course === null || predictedS === 0) return [track.lon_deg, track.lat_deg];
  return destination(track.lon_deg, track.lat_deg, course + 180, Math.hypot(track.east_mps, track.north_mps) * predictedS);
}

/** Return the first open incident that a track belongs to. */
export function incidentOf(picture: Picture, trackId: number): Incident | undefined {
  for (const incident of picture.incidents.values()) {
    if (incident.status === "open" && incident.track_ids?.includes(trackId)) return incident;
  }
  return undefined;
}
