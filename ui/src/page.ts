/** The page's state: two pictures, what is selected, and how panels, map, sound and server hang together. */

import { Alarms, waitingLevel } from "./alarms";
import { api, type Sensors, type Zones } from "./api";
import { framedTrack, selectedIncident, selectedTrack, type Desk, type Proposal, type Selection } from "./desk";
import { h } from "./dom";
import { Times } from "./format";
import { frameOf, placesOf } from "./follow";
import { listenToKeys } from "./keys";
import { AirMap, type Clicked } from "./map/airmap";
import { sensorTable } from "./map/ground";
import { isAcknowledged, type Decision, type Desk as DeskInfo, type Place, type Sensor, type ViewName } from "./model";
import { buildLayout, type Layout } from "./layout";
import { askOfficer } from "./panels/dialogs";
import { helpDialog } from "./panels/popovers";
import { incidentOf, Picture } from "./picture";
import { SearchHand } from "./searchhand";
import { Searching } from "./searching";
import { loadSettings, saveSettings } from "./settings";
import { AlarmSound } from "./sound";
import { Stream, type Link } from "./stream";

const FRAME_MS = 200;
/** How far back a replay begins, and how long before the incident if it is about one. */
const REPLAY_S = 600;
const REPLAY_LEAD_S = 120;

export class Page implements Desk {
  readonly settings = loadSettings();
  readonly times: Times;
  readonly live = new Picture();
  picture = this.live;
  view: ViewName = "live";
  selection: Selection = null;
  sensors: ReadonlyMap<string, Sensor> = new Map();
  zoneNames: ReadonlyMap<string, string> = new Map();
  private readonly layout: Layout;
  private readonly sound: AlarmSound;
  private map: AirMap | null = null;
  private liveStream: Stream;
  private replayStream: Stream | null = null;
  private isDirty = true;
  private drawnMs = -Infinity;
  private followChosen: boolean | null = null;
  private openedFor = "";
  private readonly alarms = new Alarms();
  readonly searching = new Searching(api.search, () => this.redraw());
  readonly search = new SearchHand({
    desk: this, layout: () => this.layout, map: () => this.map, stopFollowing: () => this.setFollowing(false),
  });

  constructor(readonly info: DeskInfo, root: HTMLElement) {
    this.times = new Times(info.country);
    this.sound = new AlarmSound(this.settings.isMuted, () => this.redraw());
    this.layout = buildLayout(this, {
      toggleSound: () => this.toggleSound(),
      toggleTheme: () => this.toggleTheme(),
      toggleLayers: () => this.toggleLayers(),
      help: helpDialog,
      home: () => this.goHome(),
      toggleFollow: () => this.setFollowing(!this.isFollowing),
      showPlace: (lon, lat) => {
        this.setFollowing(false);
        this.map?.flyTo(lon, lat, this.layout.covered());
      },
      openReplay: () => void this.openReplay(),
      closeReplay: () => void this.closeReplay(),
      changeOfficer: () => void this.officer(true),
      showLayers: () => this.showLayers(),
    });
    root.replaceChildren(this.layout.element);
    document.documentElement.dataset["theme"] = this.settings.theme;
    this.listen();
    this.liveStream = new Stream(api.streamUrl("live"), (update) => {
      this.live.apply(update);
      for (const reason of update.refused ?? []) this.say(reason, "error");
      this.hearAlarms(update.is_reset === true);
      this.isDirty = true;
    }, (link) => this.onLink(link));
    window.setInterval(() => this.frame(), FRAME_MS);
  }

  /** Draw the map; a browser that cannot keeps the queue, the sound and the panels. */
  async openMap(): Promise<void> {
    const home = this.info.country;
    const nothing = { type: "FeatureCollection" as const, features: [] };
    const [sensors, places, zones] = [
      this.ground<Sensors>("sensors", api.sensors(), nothing), this.ground<Place[]>("towns", api.places(), []),
      this.ground<Zones>("borders", api.zones(), nothing),
    ];
    this.sensors = sensorTable(await sensors);
    try {
      this.map = await AirMap.create(this.layout.map, this.settings, {
        onClick: (clicked) => this.click(clicked),
        onMove: () => this.setFollowing(false),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.layout.map.replaceChildren(h("p", { class: "empty", role: "alert" }, `This browser cannot draw the map: ${reason}. The alarms go on.`));
      return;
    }
    this.map.setSensors(this.sensors, home);
    this.map.setPlaces(await places);
    const drawn = await zones;
    this.map.setZones(drawn, home);
    this.zoneNames = new Map(drawn.features.map(({ properties }) => [properties.id, properties.name]));
    this.redraw();
  }

  private async ground<T>(what: string, answer: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.say(`The map has no ${what}: ${error instanceof Error ? error.message : String(error)}`, "error");
      return otherwise;
    }
  }

  private onLink(link: Link): void {
    if (link === "up") void this.leaveVanishedReplay();
    this.frame();
  }

  /** After a restart of the server the replay view may be gone: nobody should watch a frozen past. */
  private async leaveVanishedReplay(): Promise<void> {
    if (this.view !== "replay") return;
    const desk = await api.desk().catch(() => null);
    if (desk !== null && desk.views && !desk.views.some((view) => view.name === "replay")) this.showLive();
  }

  /** Sound and say what is new or has risen and nobody has acknowledged. */
  private hearAlarms(isReset: boolean): void {
    const fresh = this.alarms.take(this.live.incidents.values(), isReset);
    const [first] = fresh;
    if (first !== undefined) this.layout.announce.textContent = `${first.level} alarm: ${first.title}`;
    this.sound.alarm(waitingLevel(this.live.incidents.values()), first !== undefined, performance.now());
  }

  get isLost(): boolean {
    return this.shownStream().link === "lost";
  }

  /** The live stream matters most; the replay's own only while the live one is well. */
  private shownStream(): Stream {
    return this.replayStream === null || this.liveStream.link === "lost" ? this.liveStream : this.replayStream;
  }

  private frame(): void {
    const link = this.shownStream();
    this.layout.render({ link: link.link, quietMs: performance.now() - link.lastHeardMs, sound: this.sound.state });
    this.sound.alarm(waitingLevel(this.live.incidents.values()), false, performance.now());
    if (!this.isDirty && performance.now() - this.drawnMs < 1_000) return;
    this.isDirty = false;
    this.drawnMs = performance.now();
    this.map?.draw(this.picture, framedTrack(this));
    this.search.keep();
    this.follow();
  }

  /** Where time is played the map follows by itself until a hand moves it; over a live watch only when asked to. */
  get isFollowing(): boolean {
    return this.followChosen ?? this.picture.clock.is_played;
  }

  private setFollowing(isFollowing: boolean): void {
    if (this.isFollowing === isFollowing) return;
    this.followChosen = isFollowing;
    this.redraw();
  }

  private goHome(): void {
    this.setFollowing(false);
    this.map?.goHome(this.info.country);
  }

  /** Keep the chosen incident, or the one that matters most, in view; open the first alarm for whoever only watches. */
  private follow(): void {
    if (!this.isFollowing || this.map === null || this.picture.clock.jumping_to_s != null) return;
    const open = this.layout.queue.order().filter((incident) => incident.status === "open");
    const chosen = selectedIncident(this);
    const incident = chosen?.status === "open" ? chosen : open[0];
    if (incident === undefined) return;
    if (this.selection === null && this.openedFor !== incident.incident_id && !this.layout.isPhone()) {
      this.openedFor = incident.incident_id;
      this.select({ kind: "incident", id: incident.incident_id });
    }
    const track = selectedTrack(this);
    const bounds = frameOf(track !== undefined ? [[track.lon_deg, track.lat_deg]] : placesOf(this.picture, incident));
    if (bounds !== null) this.map.frame(bounds, this.layout.covered());
  }

  redraw(): void {
    this.isDirty = true;
    this.frame();
  }

  select(selection: Selection, options: { isCentred?: boolean } = {}): void {
    if (!(selection?.kind === "incident" && selection.id === this.searching.incidentId)) this.searching.close();
    this.selection = selection;
    if (selection !== null) this.layout.showDetail();
    this.redraw();
    if (options.isCentred) this.centre();
  }

  private centre(): void {
    const track = selectedTrack(this) ?? this.picture.tracks.get(framedTrack(this) ?? -1);
    const incident = selectedIncident(this);
    if (track !== undefined) this.map?.flyTo(track.lon_deg, track.lat_deg, this.layout.covered());
    else if (incident?.lat_deg != null && incident.lon_deg != null) this.map?.flyTo(incident.lon_deg, incident.lat_deg, this.layout.covered());
  }

  private async officer(isAsked = false): Promise<string | null> {
    if (this.settings.officer && !isAsked) return this.settings.officer;
    const name = await askOfficer(this.settings.officer);
    if (name !== null) {
      this.settings.officer = name;
      saveSettings(this.settings);
      this.redraw();
    }
    return name;
  }

  decide(proposal: Proposal): Promise<boolean> {
    return this.asOfficer((officer) => api.decide({ ...proposal, officer } as Decision));
  }

  async asOfficer(send: (officer: string) => Promise<unknown>): Promise<boolean> {
    if (this.view === "replay") {
      this.say("The replay is the past: decisions are made in the live view.", "error");
      return false;
    }
    const officer = await this.officer();
    if (officer === null) return false;
    try {
      await send(officer);
      return true;
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), "error");
      return false;
    }
  }

  /** A click chooses a place if one is asked for, else a track, else a sector of the search that is open. */
  private click({ at, trackId, sector }: Clicked): void {
    if (this.search.isPicking) this.search.picked(at);
    else if (trackId !== null) this.select({ kind: "track", id: trackId });
    else if (sector !== null && this.searching.isPanelOpen) this.search.choose(sector);
    else this.select(null);
  }

  private escape(): void {
    if (this.search.isPicking) this.search.picked(null);
    else if (!this.layout.layers.hidden) this.toggleLayers();
    else if (this.searching.isPanelOpen) this.search.close();
    else this.select(null);
  }

  acknowledgeNext(): void {
    const waiting = this.layout.queue.order().filter((incident) => incident.status === "open" && !isAcknowledged(incident));
    const chosen = selectedIncident(this);
    const next = waiting.find((incident) => incident === chosen) ?? waiting[0];
    if (next === undefined) return this.say("Nothing waits to be acknowledged.");
    this.select({ kind: "incident", id: next.incident_id }, { isCentred: true });
    void this.decide({ action: "acknowledge", incident_id: next.incident_id });
  }

  /** Show the incident that C and D speak of: the selected one, the selected track's, or the first of the queue. */
  private openIncident(): boolean {
    if (selectedIncident(this) !== undefined) return true;
    const track = selectedTrack(this);
    const incident = (track && incidentOf(this.picture, track.track_id)) ?? this.layout.queue.order()[0];
    if (incident !== undefined) this.select({ kind: "incident", id: incident.incident_id });
    return incident !== undefined;
  }

  private move(step: 1 | -1): void {
    const order = this.layout.queue.order();
    const at = order.findIndex((incident) => incident === selectedIncident(this));
    const next = order[at < 0 ? (step > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + step))];
    if (next !== undefined) this.select({ kind: "incident", id: next.incident_id }, { isCentred: true });
  }

  say(text: string, kind: "info" | "error" = "info"): void {
    const toast = h("div", { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status" }, text);
    this.layout.toasts.append(toast);
    while (this.layout.toasts.children.length > 4) this.layout.toasts.firstChild?.remove();
    window.setTimeout(() => toast.remove(), 7_000);
  }

  private listen(): void {
    listenToKeys({
      acknowledge: () => this.acknowledgeNext(),
      move: (step) => this.move(step),
      comment: () => this.openIncident() && this.layout.incident.focusComment(),
      disposition: () => this.openIncident() && this.layout.incident.focusDisposition(),
      escape: () => this.escape(),
      mute: () => this.toggleSound(),
      theme: () => this.toggleTheme(),
      layers: () => this.toggleLayers(),
      home: () => this.goHome(),
      follow: () => this.setFollowing(!this.isFollowing),
      search: () => (this.searching.isPanelOpen ? this.search.close() : this.openIncident() && this.search.open()),
      pause: () => this.layout.playbar.toggle(),
      help: helpDialog,
    });
  }

  private toggleSound(): void {
    if (this.sound.state === "blocked") return void this.sound.unlock();
    this.settings.isMuted = !this.settings.isMuted;
    this.sound.setMuted(this.settings.isMuted);
    saveSettings(this.settings);
  }

  private toggleTheme(): void {
    this.settings.theme = this.settings.theme === "night" ? "day" : "night";
    document.documentElement.dataset["theme"] = this.settings.theme;
    saveSettings(this.settings);
    this.map?.repaint();
    this.redraw();
  }

  private toggleLayers(): void {
    this.layout.layers.hidden = !this.layout.layers.hidden;
  }

  private showLayers(): void {
    saveSettings(this.settings);
    this.map?.showLayers();
    this.redraw();
  }

  /** Begin a little before the selected incident, or else before the oldest open one: no hour of an empty sky. */
  private replayFromS(): number | null {
    const nowS = this.live.nowS();
    if (!Number.isFinite(nowS)) return null;
    const open = [...this.live.incidents.values()].filter((incident) => incident.status === "open");
    const about = selectedIncident(this) === undefined ? open : [selectedIncident(this)!];
    return about.length === 0 ? nowS - REPLAY_S : Math.min(...about.map((incident) => incident.first_report_s - REPLAY_LEAD_S));
  }

  private async openReplay(): Promise<void> {
    try {
      await api.openReplay(this.replayFromS());
    } catch (error) {
      return this.say(error instanceof Error ? error.message : String(error), "error");
    }
    const picture = new Picture();
    this.replayStream?.close();
    this.replayStream = new Stream(api.streamUrl("replay"), (update) => {
      picture.apply(update);
      this.isDirty = true;
    }, () => this.frame());
    this.picture = picture;
    this.view = "replay";
    this.selection = null;
    this.searching.forget();
    this.followChosen = null;
    this.openedFor = "";
    this.layout.track.reset();
    this.redraw();
  }

  private async closeReplay(): Promise<void> {
    this.showLive();
    await api.closeReplay().catch(() => undefined);
  }

  private showLive(): void {
    this.replayStream?.close();
    this.replayStream = null;
    this.picture = this.live;
    this.view = "live";
    this.selection = null;
    this.searching.forget();
    this.followChosen = null;
    this.openedFor = "";
    this.layout.track.reset();
    this.redraw();
  }
}
