/** The sensors, feeds and ways out: what is not well comes first, because a silent sensor is not an empty sky. */

import { h, rebuild, setText } from "../dom";
import type { Desk } from "../desk";
import { duration } from "../format";
import type { FeedHealth, Health, HealthState, Registration } from "../model";
import type { ChannelHealth } from "../warn/types";
import { healthSign } from "./signs";

const ORDER: HealthState[] = ["failed", "silent", "late", "degraded", "maintenance", "unknown", "ok"];

export function healthSummary(health: Iterable<Health>): { text: string; isWell: boolean; nSilent: number } {
  const count = new Map<HealthState, number>();
  for (const { state } of health) count.set(state, (count.get(state) ?? 0) + 1);
  const parts = ORDER.filter((state) => state !== "ok" && state !== "unknown" && count.has(state)).map((state) => `${count.get(state)} ${state}`);
  const nSilent = (count.get("silent") ?? 0) + (count.get("failed") ?? 0);
  return { text: [`${count.get("ok") ?? 0} ok`, ...parts].join(" · "), isWell: parts.length === 0, nSilent };
}

export class HealthPanel {
  readonly element: HTMLElement;
  private readonly summary = h("span", { class: "count" });
  private readonly list = h("div", { class: "health-list" });

  constructor(private readonly desk: Desk) {
    this.element = h(
      "section", { class: "panel health", aria: { label: "Sensors, feeds and channels" } },
      h("header", { class: "panel-head" }, h("h2", {}, "Sensors"), this.summary), this.list,
    );
  }

  render(): void {
    const { picture } = this.desk;
    const { text, isWell } = healthSummary(picture.health.values());
    setText(this.summary, picture.health.size === 0 ? "" : this.desk.isLost ? `last known: ${text}` : text);
    this.summary.classList.toggle("warn", !isWell);
    const nowS = picture.nowS();
    const health = [...picture.health.values()].sort(
      (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.sensor.localeCompare(b.sensor),
    );
    const feeds = [...picture.feeds.values()];
    const channels = [...picture.channels.values()].sort((a, b) => Number(a.is_alive) - Number(b.is_alive) || a.channel.localeCompare(b.channel));
    const rows = [...health.map((item) => this.sensorRow(item, nowS)), ...feeds.map((feed) => this.feedRow(feed, nowS)), ...channels.map((one) => channelRow(one, nowS))];
    rebuild(this.list, JSON.stringify(rows), () => rows.length === 0 ? [h("p", { class: "empty" }, "No sensor has been heard yet.")] : rows.map(rowElement));
  }

  private sensorRow({ sensor, state, reason, last_report_s, registration }: Health, nowS: number): HealthRow {
    const name = this.desk.sensors.get(sensor)?.name || sensor;
    return { state, name, note: sensorNote(state, reason, registration), age: last_report_s == null ? "never" : duration(nowS - last_report_s) };
  }

  private feedRow(feed: FeedHealth, nowS: number): HealthRow {
    const bad = Object.entries(feed.malformed ?? {}).reduce((sum, [, n]) => sum + n, 0);
    // Before its first opening a feed has neither failed nor worked.
    if (!feed.is_connected && !feed.text && feed.last_received_s == null) return { state: "unknown", name: `Feed ${feed.feed}`, note: "not opened yet", age: "" };
    const note = feed.is_connected ? (bad > 0 ? `${bad} malformed` : "") : feed.text || "not connected";
    return { state: feed.is_connected ? "ok" : "failed", name: `Feed ${feed.feed}`, note, age: feed.last_received_s == null ? "" : duration(nowS - feed.last_received_s) };
  }
}

/** What is wrong comes first; of a sensor that is well, what the watch takes off. */
export function sensorNote(state: HealthState, reason: string | undefined, registration: Registration | null | undefined): string {
  const correction = registration?.is_applied && registration.verdict ? registration.verdict : "";
  if (state === "ok") return correction;
  const trouble = reason || (state === "unknown" ? "" : state);
  return [trouble, correction].filter(Boolean).join("; ");
}

/** A way out for warnings: whether its other end answers, and how long ago it last delivered. */
function channelRow({ channel, is_alive, text, last_delivered_s }: ChannelHealth, nowS: number): HealthRow {
  return { state: is_alive ? "ok" : "failed", name: `Channel ${channel}`, note: is_alive ? "" : text || "does not answer", age: last_delivered_s == null ? "" : duration(nowS - last_delivered_s) };
}

interface HealthRow {
  state: HealthState;
  name: string;
  note: string;
  age: string;
}

function rowElement({ state, name, note, age }: HealthRow): HTMLElement {
  return h(
    "div", { class: `health-row ${state}` }, healthSign(state),
    h("div", { class: "health-text" }, h("span", {}, name), note ? h("span", { class: "health-note" }, note) : null),
    h("span", { class: "num dim", title: "Since its last report" }, age),
  );
}
