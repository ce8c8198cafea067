/** One view's live stream: says at once when nothing comes any more, and connects again by itself. */

import type { Update } from "./model";

export type Link = "connecting" | "up" | "lost";
const QUIET_MS = 3_000;
const RETRY_MS = [500, 1_000, 2_000, 3_000];

export class Stream {
  link: Link = "connecting";
  lastHeardMs = performance.now();
  private source: EventSource | null = null;
  private watchdog = 0;
  private retry = 0;
  private attempts = 0;

  constructor(
    private readonly url: string,
    private readonly onUpdate: (update: Update) => void,
    private readonly onLink: (link: Link) => void,
    /** Hears at once of a connection that the other end has closed. */
    private readonly onBroken: () => void = () => undefined,
  ) {
    this.watchdog = window.setInterval(() => this.watch(), 250);
    this.connect();
  }

  close(): void {
    window.clearInterval(this.watchdog);
    window.clearTimeout(this.retry);
    this.source?.close();
  }

  private connect(): void {
    this.source?.close();
    this.attempts += 1;
    const source = new EventSource(this.url);
    this.source = source;
    source.onmessage = (event) => this.hear(event);
    source.addEventListener("update", (event) => this.hear(event as MessageEvent<string>));
    // EventSource gives up on an HTTP error and is slow after others: our own retry replaces both.
    source.onerror = () => {
      source.close();
      if (this.source !== source) return;
      this.onBroken();
      this.reconnectSoon();
    };
  }

  private hear(event: MessageEvent<string>): void {
    let update: Update;
    try {
      update = JSON.parse(event.data) as Update;
    } catch {
      return;
    }
    this.lastHeardMs = performance.now();
    this.attempts = 0;
    this.onUpdate(update);
    this.setLink("up");
  }

  private watch(): void {
    if (performance.now() - this.lastHeardMs < QUIET_MS) return;
    this.setLink("lost");
    // A half-open connection raises no error: drop it after twice the silence.
    const isStuck = performance.now() - this.lastHeardMs > 2 * QUIET_MS && this.source?.readyState === EventSource.OPEN;
    if (isStuck && this.retry === 0) this.reconnectSoon();
  }

  private reconnectSoon(): void {
    if (this.retry !== 0) return;
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)] ?? 3_000;
    this.retry = window.setTimeout(() => {
      this.retry = 0;
      this.connect();
    }, wait);
  }

  private setLink(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    this.onLink(link);
  }
}
