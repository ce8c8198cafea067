/** The page's state: two pictures, what is selected, and how panels, map, sound and server hang together. */

import { Alarms } from "./alarms";
import { alarmId, loudest } from "./alarm/order";
import { nextToAcknowledge, type Item } from "./alarm/queue";
import type { Alarm } from "./alarm/types";
import { api, checkSignedIn, Refused, type Sensors, type Zones } from "./api";
import { framedTrack, selectedAlarm, selectedIncident, selectedTrack, type Desk, type OnRefused, type Proposal, type Selection } from "./desk";
import { h } from "./dom";
import { Times } from "./format";
import { frameOf, placesOf } from "./follow";
import { listenToKeys } from "./keys";
import { dress } from "./look";
import { AirMap, type Clicked } from "./map/airmap";
import { sensorTable } from "./map/ground";
import type { Decision, Desk as DeskInfo, Incident, Place, Sensor, ViewName } from "./model";
import { buildLayout, type Layout } from "./layout";
import { ANYBODY, denial, loginUrl, type Me } from "./me";
import { askOfficer, askSignOut } from "./panels/dialogs";
import { helpDialog } from "./panels/popovers";
import { askShelve, askSuppress } from "./panels/setaside";
import { incidentOf, Picture } from "./picture";
import { SearchHand } from "./searchhand";
import { Searching } from "./searching";
import { loadSettings, saveSettings } from "./settings";
import { AlarmSound } from "./sound";
import { Stream, type Link } from "./stream";
import { WarningHand } from "./warninghand";
import { Warnings } from "./warnings";

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
  places: readonly Place[] = [];
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

  readonly warnings = new Warnings();
  readonly warning = new WarningHand({
    desk: this, layout: () => this.layout, map: () => this.map, stopFollowing: () => this.setFollowing(false), reread: (id) => this.reread(id),
  });

  constructor(readonly info: DeskInfo, root: HTMLElement, readonly me: Me = ANYBODY) {
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
      changeOfficer: () => void (this.me.is_open ? this.officer(true) : this.account()),
      showLayers: () => this.showLayers(),
    });
    root.replaceChildren(this.layout.element);
    dress(this.settings.theme);
    this.listen();
    this.liveStream = new Stream(api.streamUrl("live"), (update) => {
      this.live.apply(update);
      for (const reason of update.refused ?? []) this.say(reason, "error");
      this.hearAlarms(update.is_reset === true);
      this.isDirty = true;
    }, (link) => this.onLink(link), () => void checkSignedIn());
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
    this.places = await places;
    try {
      this.map = await AirMap.create(this.layout.map, this.settings, {
        onClick: (clicked) => this.click(clicked),
        onMove: () => this.setFollowing(false),
        onZoomed: () => this.redraw(),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.layout.map.replaceChildren(h("p", { class: "empty", role: "alert" }, `This browser cannot draw the map: ${reason}. The alarms go on.`));
      return;
    }
    this.map.setSensors(this.sensors, home);
    this.map.setPlaces(this.places);
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

  /** Sound and say what is new, or has more to say, and nobody has acknowledged or set aside. */
  private hearAlarms(isReset: boolean): void {
    const { alarms } = this.live;
    const [first] = this.alarms.take(alarms.values(), isReset);
    if (first !== undefined) this.layout.announce.textContent = `Alarm, priority ${first.priority}: ${first.title}. ${first.reason}`;
    this.sound.alarm(loudest(alarms.values()), first !== undefined, performance.now());
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
    this.sound.alarm(loudest(this.live.alarms.values()), false, performance.now());
    if (!this.isDirty && performance.now() - this.drawnMs < 1_000) return;
    this.isDirty = false;
    this.drawnMs = performance.now();
    this.map?.draw(this.picture, framedTrack(this));
    this.search.keep();
    this.warning.keep();
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
    const open = this.incidents().filter((incident) => incident.status === "open");
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
    if (!(selection?.kind === "incident" && selection.id === this.warnings.incidentId)) this.warning.close();
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

  /** Why this account may not decide, "" if it may. */
  get denied(): string {
    return denial(this.me);
  }

  private async account(): Promise<void> {
    if (!(await askSignOut(this.me, this.times))) return;
    await api.signOut().catch(() => undefined);
    location.assign(loginUrl());
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

  decide(proposal: Proposal, onRefused?: OnRefused): Promise<boolean> {
    return this.asOfficer((officer) => api.decide({ ...proposal, officer } as Decision), onRefused ?? ((reason, isConflict) => {
      this.say(reason, isConflict ? "conflict" : "error");
      if (isConflict && "incident_id" in proposal) void this.reread(proposal.incident_id);
    }));
  }

  async asOfficer(send: (officer: string) => Promise<unknown>, onRefused: OnRefused = (reason) => this.say(reason, "error")): Promise<boolean> {
    if (this.view === "replay") {
      this.say("The replay is the past: decisions are made in the live view.", "error");
      return false;
    }
    if (this.denied !== "") {
      this.say(this.denied, "error");
      return false;
    }
    const officer = await this.officer();
    if (officer === null) return false;
    try {
      await send(officer);
      return true;
    } catch (error) {
      onRefused(error instanceof Error ? error.message : String(error), error instanceof Refused && error.status === 409);
      return false;
    }
  }

  /** Show what another officer decided, whatever of the stream is still on its way. */
  private async reread(incidentId: string): Promise<void> {
    const incident = await api.incident(incidentId).catch(() => null);
    if (incident !== null) this.live.take(incident);
    this.redraw();
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
    else if (this.warnings.isEditingArea) this.warning.toggleArea();
    else if (this.warnings.isPanelOpen) this.warning.close();
    else if (this.searching.isPanelOpen) this.search.close();
    else this.select(null);
  }

  acknowledgeNext(): void {
    const next = nextToAcknowledge(this.layout.queue.items(), this.selection?.kind === "track" ? undefined : this.selection?.id);
    if (next === undefined) return this.say("Nothing waits to be acknowledged.");
    this.choose(next);
    void this.decide(next.kind === "incident" ? { action: "acknowledge", incident_id: next.id } : { action: "acknowledge_alarm", alarm_id: next.id });
  }

  private choose(item: Item): void {
    // An acknowledgement must not close the warning of the same incident.
    if (item.kind !== this.selection?.kind || item.id !== this.selection.id) this.select({ kind: item.kind, id: item.id }, { isCentred: item.kind === "incident" });
  }

  /** The incidents of the queue in its order. */
  private incidents(): Incident[] {
    return this.layout.queue.items().flatMap((item) => (item.kind === "incident" ? [item.incident] : []));
  }

  /** Show the incident that C, D, V and W speak of: the selected one, the selected track's, or the first of the queue. */
  private openIncident(): boolean {
    if (selectedIncident(this) !== undefined) return true;
    const track = selectedTrack(this);
    const incident = (track && incidentOf(this.picture, track.track_id)) ?? this.incidents()[0];
    if (incident !== undefined) this.select({ kind: "incident", id: incident.incident_id });
    return incident !== undefined;
  }

  private move(step: 1 | -1): void {
    const order = this.layout.queue.items();
    const at = order.findIndex((item) => item.kind === this.selection?.kind && item.id === this.selection.id);
    const next = order[at < 0 ? (step > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + step))];
    if (next !== undefined) this.select({ kind: next.kind, id: next.id }, { isCentred: next.kind === "incident" });
  }

  /** Return the alarm of what is selected, else the most urgent one that waits. */
  private alarmInHand(): Alarm | undefined {
    const incident = selectedIncident(this);
    return selectedAlarm(this) ?? (incident && this.live.alarms.get(alarmId("incident", incident.incident_id)))
      ?? nextToAcknowledge(this.layout.queue.items(), undefined)?.alarm;
  }

  async shelve(alarm: Alarm): Promise<void> {
    const aside = await askShelve(alarm);
    if (aside !== null) await this.decide({ action: "shelve_alarm", alarm_id: alarm.alarm_id, ...aside });
  }

  async suppress(alarm?: Alarm): Promise<void> {
    const { incidents, channels, alarms } = this.live;
    const open = [...incidents.values()].filter((incident) => incident.status === "open");
    const sort = await askSuppress(alarm, {
      incident: open.map((incident) => incident.incident_id), sensor: [...this.sensors.keys()], channel: this.info.channels ?? [...channels.keys()],
      step: [...alarms.values()].filter(({ source }) => source === "step").map(({ subject }) => subject),
    });
    if (sort !== null) await this.decide({ action: "suppress_alarms", ...sort });
  }

  say(text: string, kind: "info" | "error" | "conflict" = "info"): void {
    const toast = h("div", { class: `toast ${kind}`, role: kind === "info" ? "status" : "alert" }, text);
    this.layout.toasts.append(toast);
    while (this.layout.toasts.children.length > 4) this.layout.toasts.firstChild?.remove();
    if (kind === "conflict") toast.append(h("button", { class: "quiet small", type: "button", on: { click: () => toast.remove() } }, "I have read it"));
    else window.setTimeout(() => toast.remove(), 7_000);
  }

  private listen(): void {
    // The watch was handed over on the page of the shift, in this browser.
    window.addEventListener("storage", () => {
      this.settings.officer = loadSettings().officer;
      this.redraw();
    });
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
      warning: () => (this.warnings.isPanelOpen ? this.warning.close() : this.openIncident() && this.warning.open()),
      approve: () => this.warnings.isPanelOpen && void this.warning.approve(),
      send: () => this.warnings.isPanelOpen && void this.warning.send(),
      area: () => this.warnings.isPanelOpen && this.warning.toggleArea(),
      shelve: () => {
        const alarm = this.alarmInHand();
        return alarm === undefined ? this.say("There is no alarm to shelve.") : void this.shelve(alarm);
      },
      pause: () => this.layout.playbar.toggle(),
      help: helpDialog,
    }, (event) => this.warning.shaping.key(event));
  }

  private toggleSound(): void {
    if (this.sound.state === "blocked") return void this.sound.unlock();
    this.settings.isMuted = !this.settings.isMuted;
    this.sound.setMuted(this.settings.isMuted);
    saveSettings(this.settings);
  }

  private toggleTheme(): void {
    this.settings.theme = this.settings.theme === "night" ? "day" : "night";
    dress(this.settings.theme);
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
    this.warning.close();
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
    this.warning.close();
    this.followChosen = null;
    this.openedFor = "";
    this.layout.track.reset();
    this.redraw();
  }
}
