/** Records where somebody walks; every fix is on the phone's disk before the next one comes. */

import { isKept, type Fix } from "./path";
import type { Item, Shelf } from "./shelf";

type Kept = Item & Fix;

export class Recorder {
  fixes: Fix[] = [];
  startedMs: number | null = null;
  private lock: WakeLockSentinel | null = null;

  constructor(private readonly shelf: Shelf, private readonly nowMs: () => number = Date.now) {
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.isOn) void this.keepAwake();
    });
  }

  get isOn(): boolean {
    return this.startedMs !== null;
  }

  /** Take up again what a reload broke off. */
  async load(): Promise<void> {
    const started = await this.shelf.get<Item & { ms: number }>("kept", "recording");
    if (started === undefined) return;
    this.startedMs = started.ms;
    this.fixes = (await this.shelf.all<Kept>("points")).map(({ ms, at, accuracyM }) => ({ ms, at, accuracyM }));
    await this.keepAwake();
  }

  async start(): Promise<void> {
    this.startedMs = this.nowMs();
    this.fixes = [];
    await this.shelf.clear("points");
    await this.shelf.put("kept", { id: "recording", ms: this.startedMs } as Item);
    await this.keepAwake();
  }

  async add(fix: Fix): Promise<boolean> {
    if (!this.isOn || !isKept(fix, this.fixes.at(-1))) return false;
    this.fixes.push(fix);
    const kept: Kept = { id: String(this.fixes.length).padStart(7, "0"), ...fix };
    await this.shelf.put("points", kept);
    return true;
  }

  /** Stop, and forget the path: it is in a letter now, or nobody wants it. */
  async finish(): Promise<void> {
    this.startedMs = null;
    this.fixes = [];
    await this.shelf.remove("kept", "recording");
    await this.shelf.clear("points");
    await this.lock?.release().catch(() => undefined);
    this.lock = null;
  }

  hours(): number {
    return this.startedMs === null ? 0 : (this.nowMs() - this.startedMs) / 3_600_000;
  }

  /** A phone that sleeps records nothing. */
  private async keepAwake(): Promise<void> {
    this.lock = (await globalThis.navigator?.wakeLock?.request("screen").catch(() => null)) ?? null;
  }
}
