/** The alarm's sound: made in the browser, repeated until acknowledged, silenced on request and visibly so. */

import { PRIORITY_RANK } from "./alarm/order";
import type { Priority } from "./alarm/types";

export type SoundState = "on" | "muted" | "blocked";
const REPEAT_MS: Record<Priority, number> = { high: 8_000, medium: 20_000, low: 60_000 };
/** What is urgent is higher, longer and louder: told apart without looking. */
const NOTES: Record<Priority, { hertz: readonly number[]; loudness: number }> = {
  high: { hertz: [880, 660, 880, 660], loudness: 0.22 }, medium: { hertz: [587, 784], loudness: 0.14 }, low: { hertz: [494], loudness: 0.1 },
};

export class AlarmSound {
  private context: AudioContext | null = null;
  private lastMs = -Infinity;
  private last: Priority | null = null;

  constructor(public isMuted: boolean, private readonly onChange: () => void) {
    // A browser lets a page sound only after a gesture: any first one will do.
    const unlock = (): void => void this.unlock();
    for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, unlock);
  }

  get state(): SoundState {
    if (this.isMuted) return "muted";
    return this.context?.state === "running" ? "on" : "blocked";
  }

  async unlock(): Promise<void> {
    if (typeof AudioContext === "undefined") return;
    if (this.context === null) {
      this.context = new AudioContext();
      this.context.onstatechange = () => this.onChange();
    }
    if (this.context.state !== "running") await this.context.resume().catch(() => undefined);
    this.onChange();
  }

  setMuted(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.lastMs = -Infinity;
    this.onChange();
  }

  /** Call often: sounds at once when an alarm is new or a more urgent one is heard, then again every few seconds. */
  alarm(priority: Priority | null, isNew: boolean, nowMs: number): void {
    if (priority === null) {
      this.last = null;
      return;
    }
    const hasRisen = this.last !== null && PRIORITY_RANK[priority] < PRIORITY_RANK[this.last];
    if (!isNew && !hasRisen && nowMs - this.lastMs < REPEAT_MS[priority]) return;
    this.last = priority;
    if (this.state !== "on") return;
    this.lastMs = nowMs;
    this.chime(priority);
  }

  private chime(priority: Priority): void {
    const { hertz, loudness } = NOTES[priority];
    hertz.forEach((pitch, i) => this.tone(pitch, i * 0.2, loudness));
  }

  private tone(hertz: number, delayS: number, loudness: number): void {
    const context = this.context;
    if (context === null) return;
    const start = context.currentTime + delayS;
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.linearRampToValueAtTime(loudness, start + 0.015);
    gain.gain.setValueAtTime(loudness, start + 0.12);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.19);
    const tone = new OscillatorNode(context, { type: "triangle", frequency: hertz });
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.2);
  }
}
