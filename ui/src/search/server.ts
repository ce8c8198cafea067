/** The server as a phone reaches it: at times. Letters are dated by its clock, not by the phone's. */

import { api, Refused } from "../api";
import type { Incident } from "../model";
import type { Find, Searched, SearchDecision } from "../plan/types";
import type { FieldDecision, Letter, Post } from "./outbox";
import type { Photo } from "./photo";

/** A letter that is sent at once needs no date: the server's own now is better. */
const FRESH_MS = 5_000;
/** Two marks of one sector by one person within this are one mark that went out twice. */
const SAME_S = 90;

type Dated = Extract<SearchDecision, { time_s?: number }>;

export class Server implements Post {
  constructor(private readonly photoOf: (id: string) => Promise<Photo | undefined>, private readonly nowMs: () => number = Date.now) {}

  async deliver(letter: Letter): Promise<void> {
    const decision = await this.named(await this.dated(letter));
    await api.decide(letter.photoId === undefined ? decision : { ...decision, ...(await this.handedIn(letter.photoId)) } as FieldDecision);
  }

  /** Hand in a photograph: the server says under which fingerprint it has it. */
  private async handedIn(photoId: string): Promise<{ sha256: string; n_bytes: number; media_type: string; file_name: string }> {
    const photo = await this.photoOf(photoId);
    if (photo === undefined) throw new Refused("The photograph is no longer on this phone.", 410);
    const content = await api.handIn(photo.file);
    if (photo.sha256 !== "" && content.sha256 !== photo.sha256) throw new Error("The photograph was damaged on its way.");
    return { ...content, file_name: photo.name.slice(-200) };
  }

  async isThere(letter: Letter): Promise<boolean> {
    const { decision } = letter;
    if (letter.photoId !== undefined) {
      const [photo, incident] = [await this.photoOf(letter.photoId), await api.incident(decision.incident_id)];
      return photo !== undefined && photo.sha256 !== "" && (incident.file?.evidence ?? []).some((one) => one.sha256 === photo.sha256);
    }
    if (decision.action !== "mark_searched" && decision.action !== "report_find") return false;
    const [incident, dated] = [await api.incident(decision.incident_id), await this.named(await this.dated(letter, 0))];
    return arrived(dated as SearchDecision, incident);
  }

  /** With accounts the one that the phone is signed in with speaks, whatever name was typed. */
  private async named(decision: FieldDecision): Promise<FieldDecision> {
    const { name } = await api.me();
    return name === "" ? decision : { ...decision, officer: name };
  }

  /** A phone's clock may be wrong, an exercise's is another one: only the age of a letter is taken from it. */
  private async dated(letter: Letter, freshMs = FRESH_MS): Promise<FieldDecision> {
    const ageMs = this.nowMs() - letter.madeMs;
    if (ageMs < freshMs || !(isDated(letter.decision) || letter.decision.action === "add_evidence")) return letter.decision;
    const desk = await api.desk();
    const nowS = desk.views?.find((view) => view.name === "live")?.clock.now_s;
    if (nowS === undefined) return letter.decision;
    const timeS = nowS - ageMs / 1_000;
    return letter.decision.action === "add_evidence" ? { ...letter.decision, happened_s: timeS } : { ...letter.decision, time_s: timeS };
  }
}

const isDated = (decision: FieldDecision): decision is Dated => ["mark_searched", "report_find", "add_clue"].includes(decision.action);

/** Return whether an incident already tells of a decision. */
export function arrived(decision: SearchDecision, incident: Incident): boolean {
  const { finds = [], searched = [] } = incident.search ?? {};
  if (decision.action === "report_find") return finds.some((find) => isSameFind(find, decision));
  if (decision.action === "mark_searched") return searched.some((area) => isSameArea(area, decision));
  return false;
}

function isSameFind(find: Find, decision: Extract<SearchDecision, { action: "report_find" }>): boolean {
  return find.by === decision.officer && find.what === decision.what && find.lat_deg === decision.lat_deg && find.lon_deg === decision.lon_deg;
}

function isSameArea(area: Searched, decision: Extract<SearchDecision, { action: "mark_searched" }>): boolean {
  const [start, told] = [area.paths?.[0]?.[0], decision.paths?.[0]?.[0]];
  const isSamePath = (start === undefined) === (told === undefined) && start?.[0] === told?.[0] && start?.[1] === told?.[1];
  return area.by === decision.officer && area.asset === decision.asset && (area.sector ?? "") === (decision.sector ?? "") && isSamePath
    && (told !== undefined || decision.time_s === undefined || Math.abs(area.time_s - decision.time_s) < SAME_S);
}
