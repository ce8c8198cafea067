import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Update } from "../src/model";
import { Stream, type Link } from "../src/stream";

/** The browser's EventSource as its standard describes it, driven by the test. */
class Source extends EventTarget {
  static readonly OPEN = 1;
  static made: Source[] = [];
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 1;
  constructor(readonly url: string) {
    super();
    Source.made.push(this);
  }
  close(): void {
    this.readyState = 2;
  }
  say(update: unknown): void {
    this.dispatchEvent(new MessageEvent("update", { data: typeof update === "string" ? update : JSON.stringify(update) }));
  }
}

const HEARTBEAT: Update = { clock: { now_s: 1, is_played: false } };

describe("a stream", () => {
  let links: Link[];
  let updates: Update[];
  let stream: Stream;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    vi.stubGlobal("EventSource", Source);
    Source.made = [];
    [links, updates] = [[], []];
    stream = new Stream("http://desk/api/stream", (update) => updates.push(update), (link) => links.push(link));
  });
  afterEach(() => {
    stream.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is lost within 3.5 s of the last heartbeat, although no error was raised", () => {
    Source.made[0]!.say(HEARTBEAT);
    expect(stream.link).toBe("up");
    vi.advanceTimersByTime(2_900);
    expect(stream.link).toBe("up");
    vi.advanceTimersByTime(600);
    expect(stream.link).toBe("lost");
  });

  it("connects again after an error and is up with the first word", () => {
    Source.made[0]!.say(HEARTBEAT);
    Source.made[0]!.onerror?.();
    vi.advanceTimersByTime(10_000);
    expect(Source.made.length).toBeGreaterThan(1);
    Source.made.at(-1)!.say(HEARTBEAT);
    expect(links).toEqual(["up", "lost", "up"]);
  });

  it("replaces a connection that is open and silent", () => {
    Source.made[0]!.say(HEARTBEAT);
    vi.advanceTimersByTime(9_000);
    expect(Source.made.length).toBeGreaterThan(1);
    expect(Source.made[0]!.readyState).toBe(2);
  });

  it("survives a message that it cannot read", () => {
    Source.made[0]!.say("{not json");
    Source.made[0]!.say(HEARTBEAT);
    expect(updates).toEqual([HEARTBEAT]);
  });

  it("stops when it is closed", () => {
    stream.close();
    const n = Source.made.length;
    vi.advanceTimersByTime(60_000);
    expect(Source.made.length).toBe(n);
  });
});
