/** One track: who it is, why it is here, who sees it and how old that is, what lies ahead of it. */

import { api } from "../api";
import { courseDeg } from "../geo";
import { h, rebuild, setText } from "../dom";
import { selectedTrack, type Desk } from "../desk";
import { compass, countryName, course, distance, duration, percent, position, speedKmh, speedKt, stopwatch, utc } from "../format";
import { AFFILIATIONS, type Affiliation, type Classification, type Outlook, type Track } from "../model";
import { lookOf, nameOf, spread, staleness } from "../map/tracks";
import { incidentOf } from "../picture";
import { levelSign } from "./signs";
import { confirmHostile } from "./dialogs";

const OUTLOOK_MS = 2_000;
const TOWNS_SHOWN = 5;
const CLASSES_SHOWN = 5;

export class TrackPanel {
  readonly element = h("div", { class: "detail-body track" });
  private readonly head = h("div", { class: "track-head" });
  private readonly age = h("div", { class: "age" });
  private readonly incident = h("div", { class: "chips" });
  private readonly classes = h("div", { class: "block" });
  private readonly why = h("div", { class: "block" });
  private readonly inside = h("div", { class: "block" });
  private readonly facts = h("dl", { class: "facts" });
  private readonly towns = h("div", { class: "block" });
  private readonly sensors = h("div", { class: "block" });
  private readonly affiliation = h("div", { class: "segments", role: "group", aria: { label: "Affiliation" } });
  private outlook: Outlook | null = null;
  private problem = "";
  private askedMs = -Infinity;
  private isAsking = false;

  constructor(private readonly desk: Desk) {
    this.element.append(
      this.head, this.age, this.incident, this.classes, this.why, this.inside, this.towns, this.facts, this.sensors,
      h("h3", {}, "Affiliation, set by a person"), this.affiliation,
    );
  }

  render(): boolean {
    const selection = this.desk.selection;
    const track = selectedTrack(this.desk);
    this.element.hidden = selection?.kind !== "track";
    if (selection?.kind !== "track") return false;
    if (track === undefined) {
      this.renderGone(selection.id);
      return true;
    }
    this.element.classList.remove("is-gone");
    void this.ask(track.track_id);
    this.renderHead(track);
    this.renderAge(track);
    this.renderFacts(track);
    this.renderOutlook(track);
    this.renderSensors(track);
    this.renderAffiliation(track);
    return true;
  }

  private renderGone(id: number): void {
    this.element.classList.add("is-gone");
    rebuild(this.head, `gone ${id}`, () => [h("h2", { class: "detail-title" }, `Track #${id}`), h("p", { class: "empty" }, "This track has ended.")]);
  }

  private async ask(id: number): Promise<void> {
    if (this.outlook !== null && this.outlook.track_id !== id) {
      this.outlook = null;
      this.askedMs = -Infinity;
    }
    if (this.isAsking || performance.now() - this.askedMs < OUTLOOK_MS) return;
    this.isAsking = true;
    this.askedMs = performance.now();
    try {
      this.outlook = await api.outlook(id, this.desk.view);
      this.problem = "";
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.isAsking = false;
    }
  }

  private renderHead(track: Track): void {
    const look = lookOf(track);
    const identity = track.identity ?? {};
    const said = [
      identity.icao24 ? `ICAO ${identity.icao24.toUpperCase()}` : "", identity.squawk ? `squawk ${identity.squawk}` : "",
      identity.remote_id ? `remote ID ${identity.remote_id}` : "",
    ].filter(Boolean).join(" · ");
    rebuild(this.head, JSON.stringify([track.track_id, look, said, nameOf(track), track.status, track.flags]), () => [
      h("div", { class: "detail-badge" }, h("span", { class: `look ${look}` }, lookWord(track)), h("span", { class: "ident" }, `track ${track.track_id}`)),
      h("h2", { class: "detail-title" }, nameOf(track).startsWith("#") ? `Track ${nameOf(track)}` : nameOf(track)),
      h("p", { class: "sub" }, said || "It gives no identity."),
      ...(track.flags ?? []).map((flag) => h("p", { class: "flag" }, flag)),
    ]);
  }

  private renderAge(track: Track): void {
    const { ageS, isStale } = staleness(track, this.desk.picture.nowS(), this.desk.sensors);
    this.age.className = `age ${isStale ? "stale" : ""} ${track.status === "lost" ? "lost" : ""}`;
    const text = track.status === "lost" ? "since the last certain report: lost" : isStale ? "since the last report: overdue" : "since the last report";
    rebuild(this.age, `${Math.floor(ageS)} ${text}`, () => [
      h("span", { class: "num big" }, ageS < 100 ? `${Math.floor(ageS)} s` : stopwatch(ageS)), h("span", {}, ` ${text}`),
    ]);
  }

  private renderFacts(track: Track): void {
    const mps = Math.hypot(track.east_mps, track.north_mps);
    const azimuth = courseDeg(track.east_mps, track.north_mps);
    const facts: [string, string][] = [
      ["Height", heights(track)],
      ["Speed", `${speedKmh(mps)} · ${speedKt(mps)}`],
      ["Course", azimuth === null ? "standing" : `${course(azimuth)}, ${compass(azimuth)}`],
      ["Climb", track.climb_mps == null ? "not known" : `${track.climb_mps >= 0 ? "+" : "−"}${Math.abs(track.climb_mps).toFixed(1)} m/s`],
      ["Position", position(track.lat_deg, track.lon_deg)],
      ["Spread", `± ${spread(track)} (two standard deviations)`],
      ["Really there", track.existence == null ? "not known" : `${percent(track.existence)} (probability of existence)`],
      ["First seen", `${this.desk.times.local(track.first_s)} · ${utc(track.first_s)}`],
      ["Reports", String(track.n_reports ?? 0)],
    ];
    rebuild(this.facts, JSON.stringify(facts), () => facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }

  private renderOutlook(track: Track): void {
    const incident = incidentOf(this.desk.picture, track.track_id);
    rebuild(this.incident, incident ? `${incident.incident_id}${incident.level}` : "", () => incident === undefined ? [] : [h(
      "button", { class: "chip", type: "button", on: { click: () => this.desk.select({ kind: "incident", id: incident.incident_id }) } },
      levelSign(incident.level), `Incident ${incident.incident_id}`,
    )]);
    const outlook = this.outlook;
    const classified = outlook?.classification ?? null;
    rebuild(this.classes, JSON.stringify(classified), () => classified === null ? [] : classBlock(classified));
    rebuild(this.why, JSON.stringify([outlook?.why ?? null, this.problem]), () => [
      h("h3", {}, "Why it is here"),
      outlook === null ? h("p", { class: "sub" }, this.problem || "Asking…") : null,
      h("ul", { class: "why" }, ...(outlook?.why ?? []).map((why) => h("li", {}, why))),
    ]);
    rebuild(this.inside, JSON.stringify([outlook?.inside, outlook?.border]), () => outlook === null ? [] : this.insideBlock(outlook));
    rebuild(this.towns, JSON.stringify(outlook?.towns ?? null), () => outlook?.towns?.length ? this.townBlock(outlook) : []);
  }

  private insideBlock(outlook: Outlook): HTMLElement[] {
    const bars = (outlook.inside ?? []).map(({ country, probability }) => barRow(countryName(country), probability));
    const border = outlook.border;
    const name = border ? (this.desk.zoneNames.get(border.zone_id) ?? border.zone_id) : "";
    const ahead = border == null ? null : h(
      "p", { class: "ahead" }, h("span", {}, border.in_s == null ? `Border of ${name}: not on its way` : `Border of ${name} in`),
      border.in_s == null ? null : h("span", { class: "num big" }, duration(border.in_s)),
      h("span", {}, border.in_s != null && border.in_sd_s != null ? `± ${duration(border.in_sd_s)}, ` : "", `${distance(border.distance_m)} away`),
    );
    return [h("h3", {}, "Probability inside"), ...bars, ...(ahead ? [ahead] : [])];
  }

  private townBlock(outlook: Outlook): HTMLElement[] {
    const rows = (outlook.towns ?? []).slice(0, TOWNS_SHOWN).map((town) => h(
      "tr", {}, h("td", {}, town.name), h("td", { class: "num" }, distance(town.distance_m)),
      h("td", { class: "num" }, town.in_s == null ? "moving away" : `in ${duration(town.in_s)}`),
      h("td", { class: "num dim" }, town.in_s == null ? "" : `at ${distance(town.closest_m)}`),
    ));
    return [h("h3", {}, "Towns ahead, if it keeps on"), h("table", {}, h("tbody", {}, ...rows))];
  }

  private renderSensors(track: Track): void {
    const nowS = this.desk.picture.nowS();
    const rows = [...(track.contributions ?? [])].sort((a, b) => b.last_s - a.last_s)
      .map(({ sensor, n_reports, last_s }) => [this.desk.sensors.get(sensor)?.name || sensor, `${n_reports} reports`, `${duration(nowS - last_s)} ago`]);
    const numbers = track.neighbour_numbers ?? [];
    rebuild(this.sensors, JSON.stringify([rows, numbers]), () => [
      h("h3", {}, "Seen by"),
      rows.length === 0 ? h("p", { class: "sub" }, "No sensor is named.") : null,
      h("table", {}, h("tbody", {}, ...rows.map(([name, n, age]) => h("tr", {}, h("td", {}, name), h("td", { class: "num dim" }, n), h("td", { class: "num" }, age))))),
      numbers.length > 0 ? h("p", { class: "sub" }, `Neighbours' numbers: ${numbers.join(", ")}`) : null,
    ]);
  }

  private renderAffiliation(track: Track): void {
    const current = track.affiliation ?? "unknown";
    rebuild(this.affiliation, `${track.track_id} ${current} ${this.desk.view}`, () => AFFILIATIONS.map((name) => h("button", {
      type: "button", class: `${name} ${name === current ? "is-on" : ""}`, disabled: this.desk.view === "replay" || this.desk.denied !== "", title: this.desk.denied,
      aria: { pressed: String(name === current) }, on: { click: () => void this.affiliate(track.track_id, name) },
    }, name)));
  }

  private async affiliate(track_id: number, affiliation: Affiliation): Promise<void> {
    if (affiliation === "hostile" && !(await confirmHostile(track_id))) return;
    await this.desk.decide({ action: "affiliate", track_id, affiliation });
  }

  /** Forget the outlook: the picture is another one. */
  reset(): void {
    this.outlook = null;
    this.askedMs = -Infinity;
    setText(this.age, "");
  }
}

function classBlock(classified: Classification): HTMLElement[] {
  const shown = classified.classes.slice(0, CLASSES_SHOWN);
  const unknown = classified.classes.find(({ kind }) => kind === "unknown");
  if (unknown && !shown.includes(unknown)) shown.splice(-1, 1, unknown);
  return [
    h("h3", {}, "What it may be"), h("p", {}, h("b", {}, classified.answer_name)),
    ...(classified.caution ? [h("p", { class: "flag" }, classified.caution)] : []),
    ...shown.map(({ name, probability }) => barRow(name.replace(/ \(.*|: .*/, ""), probability, name)),
    h("ul", { class: "why" }, ...classified.reasons.map((reason) => h("li", {}, reason))),
  ];
}

function barRow(name: string, probability: number, title = name): HTMLElement {
  const bar = h("div", { class: "bar-fill" });
  bar.style.width = `${Math.round(probability * 100)}%`;
  return h("div", { class: "bar-row", title }, h("span", {}, name), h("div", { class: "bar" }, bar), h("span", { class: "num" }, percent(probability)));
}

function lookWord(track: Track): string {
  const look = lookOf(track);
  const word = { pending: "Unknown, forming", unknown: "Unknown", lost: "Lost", "lost-known": "Lost, was cooperative", cooperative: "Cooperative" }[look as string];
  return word ?? `${look[0]?.toUpperCase()}${look.slice(1)}`;
}

function heights(track: Track): string {
  const parts = [
    track.alt_wgs84_m == null ? "" : `${Math.round(track.alt_wgs84_m)} m (ellipsoid)`,
    track.alt_baro_m == null ? "" : `${Math.round(track.alt_baro_m)} m · ${Math.round(track.alt_baro_m / 0.3048)} ft (pressure)`,
  ].filter(Boolean);
  return parts.join(", ") || "not known";
}
