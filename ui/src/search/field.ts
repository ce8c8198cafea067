/** What every part of the search page can see and do: the wall between them and the page's state. */

import type { LonLat } from "../geo";
import type { SearchPlan } from "../plan/types";
import type { Offline } from "./offline";
import type { FieldDecision, Outbox } from "./outbox";
import type { Recorder } from "./recorder";
import type { Searcher } from "./searcher";
import type { Shelf } from "./shelf";
import type { Where } from "./where";

type WithoutWho<T> = T extends unknown ? Omit<T, "officer" | "incident_id"> : never;
export type Told = WithoutWho<FieldDecision>;

export interface Field {
  readonly incidentId: string;
  readonly plan: SearchPlan | null;
  /** When the plan shown was fetched, by the phone's clock. */
  readonly planMs: number;
  readonly problem: string;
  readonly isOnline: boolean;
  readonly offline: Offline | null;
  readonly searcher: Searcher;
  readonly where: Where;
  readonly outbox: Outbox;
  readonly recorder: Recorder;
  readonly shelf: Shelf;
  /** The sector that somebody is bound for, "" for none. */
  readonly chosen: string;
  readonly isFollowing: boolean;
  choose(sector: string): void;
  follow(): void;
  showAll(): void;
  refresh(): void;
  setSearcher(change: Partial<Searcher>): void;
  /** Ask who it is if nobody has said so yet; false if they would not say. */
  knowsWho(): Promise<boolean>;
  /** Keep a decision for the search leader and send it when it can be sent; false if it is not safe. */
  tell(told: Told, title: string, photoId?: string): Promise<boolean>;
  /** Let a place be chosen under a cross in the middle of the map; null if they thought better of it. */
  pickPlace(title: string, start: LonLat | null): Promise<LonLat | null>;
  say(text: string, kind?: "info" | "error"): void;
}
