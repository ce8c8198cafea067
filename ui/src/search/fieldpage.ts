/** The search page in the hand: its state, and how map, position, letters and screens hang together. */

import { api, Refused } from "../api";
import { h, setData, setText } from "../dom";
import type { LonLat } from "../geo";
import type { SearchPlan } from "../plan/types";
import { boundsOfPlaces, boundsOfPlan, searchFeatures } from "../plan/features";
import { PALETTES } from "../map/palette";
import { changeOf } from "../searching";
import type { Field, Told } from "./field";
import type { FieldMap } from "./fieldmap";
import { Dock } from "./dock";
import { guide } from "./guide";
import { prepareOffline, type Offline } from "./offline";
import { Outbox, type FieldDecision, type Letter } from "./outbox";
import type { Photo } from "./photo";
import { pathsOf, type Fix } from "./path";
import { placeLine, type PlaceLine } from "./place";
import { Recorder } from "./recorder";
import { askWho, chooseSector, finishPath, markSearched, menu } from "./screens";
import { loadSearcher, saveSearcher, type Searcher } from "./searcher";
import { Server } from "./server";
import type { Item, Shelf } from "./shelf";
import { Strip } from "./strip";
import { Where } from "./where";

const LOOK_MS = 30_000;
/** At this zoom a thumb is some 30 metres wide. */
const PICK_ZOOM = 15;
const SEND_MS = 15_000;
/** However nothing was decided: the odds move on with time. */
const PLAN_AGE_MS = 300_000;

type KeptPlan = Item & { plan: SearchPlan; ms: number; change: string };

/** A line leads to the sector that was chosen, and out of danger; not to every sector that is nearest. */
function wayShown(line: PlaceLine, chosen: string): LonLat | null {
  return chosen !== "" || line.isDanger ? (line.way?.to ?? null) : null;
}

export class FieldPage implements Field {
  plan: SearchPlan | null = null;
  planMs = 0;
  problem = "";
  isOnline = navigator.onLine;
  offline: Offline | null = null;
  searcher = loadSearcher();
  chosen = "";
  isFollowing = true;
  readonly where = new Where((fix) => void this.takeFix(fix));
  readonly outbox: Outbox;
  readonly recorder: Recorder;
  private map: FieldMap | null = null;
  private readonly mapElement = h("div", { class: "field-map", role: "region", aria: { label: "Map of the search" } });
  private readonly strip: Strip;
  private readonly dock: Dock;
  private readonly toasts = h("div", { class: "toasts", aria: { live: "polite" } });
  private readonly cross = h("div", { class: "cross", aria: { hidden: "true" } });
  private change: string | null = null;
  private isFetching = false;
  private isFramed = false;

  constructor(readonly incidentId: string, readonly shelf: Shelf, private readonly root: HTMLElement) {
    this.outbox = new Outbox(shelf, new Server((id) => shelf.get<Photo>("photos", id)), () => this.redraw());
    this.recorder = new Recorder(shelf);
    this.strip = new Strip(this, () => void menu(this, () => this.forget()));
    this.dock = new Dock(this, {
      sectors: () => void chooseSector(this).then((name) => name !== null && this.choose(name)),
      mark: (sector) => void markSearched(this, sector),
      record: () => void this.record(),
      found: () => void guide(this),
    });
    this.cross.hidden = true;
    root.replaceChildren(this.mapElement, this.cross, this.strip.element, this.dock.element, this.toasts);
    document.documentElement.dataset["theme"] = this.searcher.theme;
  }

  async start(): Promise<void> {
    await Promise.all([this.outbox.load(), this.recorder.load(), this.loadPlan()]);
    this.where.start();
    this.redraw();
    window.addEventListener("online", () => this.refresh());
    window.addEventListener("offline", () => this.setOnline(false));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.refresh());
    window.setInterval(() => document.visibilityState === "visible" && void this.fetchPlan(), LOOK_MS);
    window.setInterval(() => void this.send(), SEND_MS);
    window.setInterval(() => this.redraw(), 1_000);
    this.refresh();
    await this.openMap();
    // By now everything is loaded that must be kept.
    this.offline = await prepareOffline();
    this.redraw();
  }

  // --------------------------------------------------------------------------------------------- the plan

  private async loadPlan(): Promise<void> {
    const kept = await this.shelf.get<KeptPlan>("kept", `plan ${this.incidentId}`);
    if (kept !== undefined) [this.plan, this.planMs, this.change] = [kept.plan, kept.ms, kept.change];
  }

  refresh(): void {
    void this.fetchPlan();
    void this.send();
  }

  /** Send what waits; the map then changes by it. */
  private async send(): Promise<void> {
    const nWaiting = this.outbox.waiting().length;
    await this.outbox.flush();
    if (this.outbox.waiting().length < nWaiting) void this.fetchPlan();
  }

  /** Look whether something was decided, and fetch the plan if so or if it is old. */
  private async fetchPlan(): Promise<void> {
    if (this.isFetching) return;
    this.isFetching = true;
    try {
      const incident = await api.incident(this.incidentId);
      this.setOnline(true);
      const change = changeOf(incident.search);
      if (this.plan === null || change !== this.change || Date.now() - this.planMs > PLAN_AGE_MS) {
        const plan = await api.search(this.incidentId, "live", null);
        [this.plan, this.planMs, this.change, this.problem] = [plan, Date.now(), change, ""];
        // The cells are many, and nothing here draws them.
        const { cells: _, ...kept } = plan as SearchPlan & { cells?: unknown };
        await this.shelf.put("kept", { id: `plan ${this.incidentId}`, plan: kept, ms: this.planMs, change } as KeptPlan);
        this.drawPlan();
      }
      this.problem = "";
    } catch (error) {
      // A refusal is an answer: there is signal.
      if (!(error instanceof Refused)) this.setOnline(false);
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.isFetching = false;
      this.redraw();
    }
  }

  private setOnline(isOnline: boolean): void {
    const isBack = isOnline && !this.isOnline;
    this.isOnline = isOnline;
    if (isBack) void this.send();
    this.redraw();
  }

  // --------------------------------------------------------------------------------------------- the map

  private async openMap(): Promise<void> {
    try {
      // The map is most of the page's bytes: position, letters and reports do not wait for it.
      const { FieldMap } = await import("./fieldmap");
      this.map = await FieldMap.create(this.mapElement, this.searcher.theme, { onSector: (name) => this.tap(name), onMove: () => this.setFollowing(false) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.mapElement.replaceChildren(h("p", { class: "empty" }, `This browser cannot draw the map: ${reason}. Sectors and reports work.`));
      return;
    }
    this.drawPlan();
    this.drawFix();
    const [zones, places] = await Promise.all([api.zones().catch(() => null), api.places().catch(() => [])]);
    if (zones !== null) this.map.setGround(zones, places, this.plan?.country ?? "");
  }

  private drawPlan(): void {
    if (this.map === null || this.plan === null) return;
    this.map.drawSearch(searchFeatures(this.plan, { sector: this.chosen }));
    if (!this.isFramed) this.showAll();
    this.isFramed = true;
  }

  private tap(name: string | null): void {
    if (!this.cross.hidden) return;
    this.choose(name === this.chosen ? "" : (name ?? ""));
  }

  choose(sector: string): void {
    this.chosen = sector;
    this.drawPlan();
    this.drawFix();
    this.redraw();
    const ring = this.plan?.sectors.find((one) => one.name === sector)?.ring;
    if (ring === undefined) return;
    this.setFollowing(false);
    this.map?.show(boundsOfPlaces(ring), this.covered());
  }

  showAll(): void {
    if (this.plan === null) return;
    this.setFollowing(false);
    this.map?.show(boundsOfPlan(this.plan), this.covered());
  }

  follow(): void {
    this.setFollowing(true);
    if (this.where.fix === null) return this.say(this.where.words(), "error");
    this.map?.centreOn(this.where.fix.at, this.covered());
  }

  private setFollowing(isOn: boolean): void {
    if (this.isFollowing === isOn) return;
    this.isFollowing = isOn;
    this.redraw();
  }

  private covered(): { top: number; bottom: number } {
    return { top: this.strip.element.offsetHeight, bottom: this.dock.element.offsetHeight };
  }

  async pickPlace(title: string, start: LonLat | null): Promise<LonLat | null> {
    if (this.map === null) return start;
    this.cross.hidden = false;
    this.setFollowing(false);
    const sector = this.plan?.sectors.find((one) => one.name === this.chosen);
    if (start !== null) this.map.jumpTo(start, PICK_ZOOM);
    else if (sector !== undefined) this.map.jumpTo([sector.lon_deg, sector.lat_deg], PICK_ZOOM - 2);
    const { map } = this;
    // Without a position nobody may take the middle of a map for the place of a find by a mere tap.
    const problem = (): string => (map.zoom() < PICK_ZOOM - 1 ? "Move the map and zoom in until you know the place again." : "");
    const isTaken = await this.dock.ask(title, start === null ? "The phone has no position: find the place by the map." : "The map begins where you stand: the find is further off.", problem);
    this.cross.hidden = true;
    return isTaken ? map.middle() : null;
  }

  // --------------------------------------------------------------------------------------------- position and path

  private async takeFix(fix: Fix | null): Promise<void> {
    if (fix !== null && this.where.state === "known") {
      await this.recorder.add(fix).catch(() => this.say("The phone's store is full: the path is not kept any more.", "error"));
      if (this.isFollowing) this.map?.centreOn(fix.at, this.covered());
    }
    this.drawFix();
    this.redraw();
  }

  private drawFix(): void {
    const { fix } = this.where;
    const to = fix !== null && this.plan !== null ? wayShown(placeLine(fix.at, this.plan, this.chosen), this.chosen) : null;
    this.map?.drawMe(fix, to);
    this.map?.drawPath(pathsOf(this.recorder.fixes));
  }

  private async record(): Promise<void> {
    if (this.recorder.isOn) return finishPath(this).then(() => this.drawFix());
    if (this.where.fix === null) return this.say(`Nothing to record. ${this.where.words()}`, "error");
    await this.recorder.start();
    await this.takeFix(this.where.fix);
    this.say("Recording your path. Keep this page open and the screen on: a phone that sleeps records nothing.");
  }

  // --------------------------------------------------------------------------------------------- who, and letters

  setSearcher(change: Partial<Searcher>): void {
    this.searcher = { ...this.searcher, ...change };
    saveSearcher(this.searcher);
    document.documentElement.dataset["theme"] = this.searcher.theme;
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", PALETTES[this.searcher.theme].outside);
    if (change.theme !== undefined) this.map?.repaint(change.theme);
    this.redraw();
  }

  async knowsWho(): Promise<boolean> {
    if (this.searcher.name !== "") return true;
    const who = await askWho(this);
    if (who !== null) this.setSearcher(who);
    return who !== null;
  }

  async tell(told: Told, title: string, photoId?: string): Promise<boolean> {
    let letter: Letter;
    try {
      letter = await this.outbox.add({ ...told, officer: this.searcher.name, incident_id: this.incidentId } as FieldDecision, title, photoId);
    } catch (error) {
      this.say(`NOT kept: ${error instanceof Error ? error.message : String(error)}. Tell it by voice.`, "error");
      return false;
    }
    await this.send();
    if (letter.state === "refused") this.say(`${title}: not taken. ${letter.reason}`, "error");
    else this.say(letter.state === "sent" ? `${title}: sent.` : `${title}: kept on this phone, ${this.isOnline ? "being sent" : "will be sent when there is signal"}.`);
    return true;
  }

  private async forget(): Promise<void> {
    await Promise.all([this.recorder.finish(), ...(["letters", "photos", "kept"] as const).map((store) => this.shelf.clear(store))]);
    const registered = (await navigator.serviceWorker?.getRegistrations().catch(() => [])) ?? [];
    await Promise.all(registered.map((registration) => registration.unregister()));
    const names = "caches" in window ? await caches.keys() : [];
    await Promise.all(names.filter((name) => name.startsWith("sargas-search")).map((name) => caches.delete(name)));
    localStorage.removeItem("sargas.searcher");
    location.reload();
  }

  say(text: string, kind: "info" | "error" = "info"): void {
    const toast = h("div", { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status" }, text);
    this.toasts.replaceChildren(toast);
    window.setTimeout(() => toast.remove(), 6_000);
  }

  private redraw(): void {
    if (this.strip === undefined) return;
    this.strip.render();
    this.dock.render();
    setData(document.body, "offline", this.offline ?? "asking");
    this.root.style.setProperty("--strip", `${this.strip.element.offsetHeight}px`);
    setText(document.head.querySelector("title")!, `${this.incidentId} · Search · Sargas`);
  }
}
