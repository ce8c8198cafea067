/** The search that is open on the desk: asks for its plan, and anew when something was decided or time has gone by. */

import type { Incident, Maybe, ViewName } from "./model";
import type { SearchPlan, SearchState } from "./plan/types";

/** Return what changes whenever something of a search was decided or came in: its time alone does not, while a played night is paused. */
export function changeOf(search: Maybe<SearchState>): string {
  if (search == null) return "";
  const { losses = [], clues = [], searched = [], finds = [], settings, generation, ordered_s, ended_s, changed_s } = search;
  return JSON.stringify([
    changed_s, generation, ordered_s, ended_s, settings, losses.map((loss) => [loss.track.track_id, loss.watching?.length]),
    clues.map((clue) => [clue.clue_id, clue.reliability]), searched.length, finds.length,
  ]);
}

const AGE_MS = 60_000;
const RETRY_MS = 10_000;

export type AskPlan = (incidentId: string, view: ViewName, trackId: number | null) => Promise<SearchPlan>;

export class Searching {
  plan: SearchPlan | null = null;
  problem = "";
  /** The incident whose search is open, "" for none. */
  incidentId = "";
  /** True if the map keeps the search when its panel is closed. */
  isPinned = false;
  isPanelOpen = false;
  /** Which of several lost tracks; null leaves it to the server. */
  trackId: number | null = null;
  /** The sector under the pointer, else the chosen one. */
  hovered = "";
  chosen = "";
  private asked = "";
  private isAsking = false;
  private askedMs = -Infinity;

  constructor(
    private readonly ask: AskPlan, private readonly onChange: () => void, private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  open(incidentId: string): void {
    if (this.incidentId !== incidentId) this.forget();
    this.incidentId = incidentId;
    this.isPanelOpen = true;
  }

  /** Close the panel; what is pinned stays on the map. */
  close(): void {
    this.isPanelOpen = false;
    this.hovered = "";
    if (!this.isPinned) this.forget();
  }

  forget(): void {
    Object.assign(this, { plan: null, problem: "", incidentId: "", trackId: null, hovered: "", chosen: "", asked: "", askedMs: -Infinity, isPinned: false, isPanelOpen: false });
  }

  choose(trackId: number): void {
    this.trackId = trackId;
    this.plan = null;
  }

  /** True if the incident has lost something that can be searched for. */
  static canSearch(incident: Incident | undefined): boolean {
    return (incident?.search?.losses ?? []).length > 0;
  }

  /** How long the answer is being waited for; null if none is under way. */
  waitingS(): number | null {
    return this.isAsking ? (this.monotonicMs() - this.askedMs) / 1_000 : null;
  }

  /** True while the plan shown is not what was decided last. */
  isBehind(incident: Incident, view: ViewName): boolean {
    return this.asked !== this.keyOf(incident, view) || this.isAsking;
  }

  private keyOf(incident: Incident, view: ViewName): string {
    return `${view} ${incident.incident_id} ${this.trackId ?? ""} ${changeOf(incident.search)}`;
  }

  /** Ask for the plan if it is out of date; to be called as often as you like. */
  async keep(incident: Incident, view: ViewName): Promise<void> {
    if (this.isAsking || this.incidentId !== incident.incident_id || !Searching.canSearch(incident)) return;
    const key = this.keyOf(incident, view);
    const ageMs = this.monotonicMs() - this.askedMs;
    if (key === this.asked && ageMs < (this.problem ? RETRY_MS : AGE_MS)) return;
    this.isAsking = true;
    this.asked = key;
    this.askedMs = this.monotonicMs();
    this.onChange();
    try {
      const plan = await this.ask(incident.incident_id, view, this.trackId);
      if (this.asked === key) [this.plan, this.problem] = [plan, ""];
    } catch (error) {
      if (this.asked === key) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.isAsking = false;
      this.onChange();
    }
  }
}
