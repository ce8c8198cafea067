/** The alarm's sound: made in the browser, repeated until acknowledged, silenced on request and visibly so. */

import type { Level } from "./model";

export type SoundState = "on" | "muted" | "blocked";
const REPEAT_MS: Record<Level, number> = { red: 8_000, yellow: 20_000, white: Infinity };

export class AlarmSound {
  private context: AudioContext | null = null;
  private lastMs = -Infinity;
  private lastLevel: Level = "white";

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

  /** Call often: sounds at once when an unacknowledged alarm is new or rises, then again every few seconds. */
  alarm(level: Level, isNew: boolean, nowMs: number): void {
    if (level === "white") {
      this.lastLevel = "white";
      return;
    }
    const hasRisen = level === "red" && this.lastLevel !== "red";
    if (!isNew && !hasRisen && nowMs - this.lastMs < REPEAT_MS[level]) return;
    this.lastLevel = level;
    if (this.state !== "on") return;
    this.lastMs = nowMs;
    this.chime(level);
  }

  private chime(level: Level): void {
    const notes = level === "red" ? [880, 660, 880, 660] : [587, 784];
    notes.forEach((hertz, i) => this.tone(hertz, i * 0.2, level === "red" ? 0.22 : 0.14));
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
