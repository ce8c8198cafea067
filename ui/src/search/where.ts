/** Where the phone is, as far as it says so; without a position the page says why and goes on. */

import type { Fix } from "./path";

export type WhereState = "asking" | "known" | "denied" | "insecure" | "none";

const WORDS: Record<WhereState, string> = {
  asking: "Asking the phone where it is…",
  known: "",
  denied: "No position: this browser does not give it to the page. Allow the location for this page, then load it again.",
  insecure: "No position: this page was not opened over https. The map and the reports work.",
  none: "No position yet. Go where the sky is open.",
};
/** A fix that is older says where the phone was. */
const OLD_MS = 180_000;

export class Where {
  state: WhereState = "asking";
  fix: Fix | null = null;
  private watch: number | null = null;

  constructor(private readonly onFix: (fix: Fix | null) => void, private readonly nowMs: () => number = Date.now) {}

  start(): void {
    if (!window.isSecureContext || !("geolocation" in navigator)) return this.become("insecure");
    this.watch = navigator.geolocation.watchPosition((position) => this.take(position), (error) => this.fail(error), {
      enableHighAccuracy: true, maximumAge: 4_000, timeout: 30_000,
    });
  }

  stop(): void {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  private take({ coords, timestamp }: GeolocationPosition): void {
    this.fix = { ms: timestamp, at: [coords.longitude, coords.latitude], accuracyM: coords.accuracy };
    this.become("known");
  }

  private fail(error: GeolocationPositionError): void {
    if (error.code === error.PERMISSION_DENIED) this.become("denied");
    else if (this.fix === null) this.become("none");
    else this.onFix(this.fix);
  }

  private become(state: WhereState): void {
    this.state = state;
    this.onFix(this.fix);
  }

  /** True while the last fix is too old to be believed. */
  isOld(): boolean {
    return this.fix !== null && this.nowMs() - this.fix.ms > OLD_MS;
  }

  words(): string {
    return this.isOld() ? "This is where you were: the phone gives no new position." : WORDS[this.state];
  }
}
