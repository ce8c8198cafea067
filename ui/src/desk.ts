/** What every panel can see and do: the wall between the panels and the page's state. */

import type { Times } from "./format";
import type { LonLat } from "./geo";
import type { Me } from "./me";
import type { Alarm } from "./alarm/types";
import type { Decision, Desk as DeskInfo, Incident, Place, Sensor, Track, ViewName } from "./model";
import type { Picture } from "./picture";
import type { Searching } from "./searching";
import type { Settings } from "./settings";
import type { Warnings } from "./warnings";

/** An alarm of an incident is that incident: only those of sensors and channels are selected as alarms. */
export type Selection = { kind: "incident"; id: string } | { kind: "track"; id: number } | { kind: "alarm"; id: string } | null;
type WithoutOfficer<T> = T extends unknown ? Omit<T, "officer"> : never;
/** A decision before the officer has put a name to it. */
export type Proposal = WithoutOfficer<Decision>;

/** What the panel of a search asks of the page. */
export interface SearchActions {
  open(): void;
  close(): void;
  togglePin(): void;
  /** Let the sector stand out on the map, "" none. */
  highlight(sector: string): void;
  show(bounds: [number, number, number, number]): void;
  /** Return where the officer clicks next on the map; null if they thought better of it. */
  pickPlace(what: string): Promise<LonLat | null>;
}

/** What the panel of a warning asks of the page. */
export interface WarningActions {
  open(): void;
  close(): void;
  toggleArea(): void;
  undo(): void;
  /** Approve what stands on the sheet, or as the second officer what the first one approved. */
  approve(): Promise<void>;
  send(): Promise<void>;
  withdraw(): Promise<void>;
  save(): Promise<void>;
  /** Drop what is written and saved: the draft is the watch's own again. */
  followSky(): Promise<void>;
  showArea(): void;
}

/** What became of something that an officer asked for: who refused it, and in which words. */
export type OnRefused = (reason: string, isConflict: boolean) => void;

export interface Desk {
  readonly info: DeskInfo;
  readonly settings: Settings;
  readonly me: Me;
  /** Why this account may not decide, "" if it may. */
  readonly denied: string;
  readonly times: Times;
  readonly live: Picture;
  /** The picture on the map: live, or the replay. */
  readonly picture: Picture;
  readonly view: ViewName;
  readonly selection: Selection;
  /** True while the connection is lost: everything shown is the last that was known. */
  readonly isLost: boolean;
  /** True while the map keeps the incident that matters most in view by itself. */
  readonly isFollowing: boolean;
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly zoneNames: ReadonlyMap<string, string>;
  select(selection: Selection, options?: { isCentred?: boolean }): void;
  /** Ask for the officer's name if needed, send, and say what went wrong; true if it took effect. */
  decide(proposal: Proposal, onRefused?: OnRefused): Promise<boolean>;
  /** The same for what is no plain decision. */
  asOfficer(send: (officer: string) => Promise<unknown>, onRefused?: OnRefused): Promise<boolean>;
  readonly searching: Searching;
  readonly search: SearchActions;
  readonly warnings: Warnings;
  readonly warning: WarningActions;
  readonly places: readonly Place[];
  acknowledgeNext(): void;
  /** Ask for how long and why, and set the alarm aside. */
  shelve(alarm: Alarm): Promise<void>;
  /** Ask which sort of alarms is not to be heard for a while; begun from one alarm if there is one. */
  suppress(alarm?: Alarm): Promise<void>;
  /** A conflict stays until it was read. */
  say(text: string, kind?: "info" | "error" | "conflict"): void;
  redraw(): void;
}

export function selectedIncident(desk: Desk): Incident | undefined {
  return desk.selection?.kind === "incident" ? desk.picture.incidents.get(desk.selection.id) : undefined;
}

export function selectedAlarm(desk: Desk): Alarm | undefined {
  return desk.selection?.kind === "alarm" ? desk.picture.alarms.get(desk.selection.id) : undefined;
}

export function selectedTrack(desk: Desk): Track | undefined {
  return desk.selection?.kind === "track" ? desk.picture.tracks.get(desk.selection.id) : undefined;
}

/** Return the track that the map frames: the selected one, or the first of the selected incident. */
export function framedTrack(desk: Desk): number | null {
  if (desk.selection?.kind === "track") return desk.selection.id;
  const ids = selectedIncident(desk)?.track_ids ?? [];
  return ids.find((id) => desk.picture.tracks.has(id)) ?? null;
}
