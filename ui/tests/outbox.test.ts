import { beforeEach, describe, expect, it } from "vitest";
import { Refused } from "../src/api";
import type { SearchDecision } from "../src/plan/types";
import { Outbox, outboxLine, type Letter, type Post } from "../src/search/outbox";
import { arrived } from "../src/search/server";
import { MemoryShelf } from "../src/search/shelf";
import { fingerprint } from "../src/search/photo";
import { anIncident } from "./twin";

const mark = (sector: string): SearchDecision => ({ action: "mark_searched", officer: "P. S.", incident_id: "I-1", asset: "foot_team", sector });
const find: Extract<SearchDecision, { action: "report_find" }> = { action: "report_find", officer: "P. S.", incident_id: "I-1", what: "part", lat_deg: 54.6, lon_deg: 25.7 };

/** The server's twin: takes letters, loses them or their answers, or refuses them, as it is told. */
class Mail implements Post {
  taken: string[] = [];
  weather: "clear" | "no signal" | "answer lost" = "clear";
  refusal: Refused | null = null;

  async deliver(letter: Letter): Promise<void> {
    if (this.weather === "no signal") throw new Error("The server did not answer.");
    if (this.refusal !== null) throw this.refusal;
    this.taken.push(letter.title);
    if (this.weather === "answer lost") throw new Error("The server did not answer.");
  }

  async isThere(letter: Letter): Promise<boolean> {
    if (this.weather === "no signal") throw new Error("The server did not answer.");
    return this.taken.includes(letter.title);
  }
}

describe("the outbox", () => {
  let [shelf, mail, now] = [new MemoryShelf(), new Mail(), 1_000];
  const open = async (): Promise<Outbox> => {
    const outbox = new Outbox(shelf, mail, () => undefined, () => now++);
    await outbox.load();
    return outbox;
  };
  beforeEach(() => {
    [shelf, mail, now] = [new MemoryShelf(), new Mail(), 1_000];
  });

  it("sends in the order in which was written, after a time without signal", async () => {
    const outbox = await open();
    mail.weather = "no signal";
    for (const title of ["first", "second", "third"]) await outbox.add(mark("A"), title);
    expect(await outbox.flush()).toBe(false);
    expect(outboxLine(outbox.letters, false)).toBe("3 waiting, will be sent when there is signal");
    mail.weather = "clear";
    expect(await outbox.flush()).toBe(true);
    expect(mail.taken).toEqual(["first", "second", "third"]);
    expect(outboxLine(outbox.letters, true)).toBe("");
  });

  it("has everything after a reload, and sends it then", async () => {
    mail.weather = "no signal";
    const before = await open();
    await before.add(mark("A"), "first");
    await before.add(find, "second");
    mail.weather = "clear";
    const after = await open();
    expect(after.waiting().map((letter) => letter.title)).toEqual(["first", "second"]);
    await after.flush();
    expect(mail.taken).toEqual(["first", "second"]);
  });

  it("does not send again what arrived without an answer", async () => {
    const outbox = await open();
    mail.weather = "answer lost";
    await outbox.add(find, "find");
    expect(await outbox.flush()).toBe(false);
    mail.weather = "clear";
    // A reload in between must not forget it either.
    expect(await (await open()).flush()).toBe(true);
    expect(mail.taken).toEqual(["find"]);
  });

  it("sends again what did not arrive", async () => {
    const outbox = await open();
    mail.weather = "no signal";
    await outbox.add(find, "find");
    await outbox.flush();
    mail.weather = "clear";
    await outbox.flush();
    expect(mail.taken).toEqual(["find"]);
  });

  it("keeps what the server does not take, with its reason, and goes on with the next", async () => {
    const outbox = await open();
    mail.refusal = new Refused("there is no sector 'A'", 409);
    await outbox.add(mark("A"), "first");
    await outbox.flush();
    mail.refusal = null;
    await outbox.add(mark("B"), "second");
    await outbox.flush();
    expect(outbox.letters.map((letter) => letter.state)).toEqual(["refused", "sent"]);
    expect(outbox.letters[0]!.reason).toBe("there is no sector 'A'");
    expect(outboxLine(outbox.letters, true)).toBe("1 not taken: look");
    await outbox.settle(outbox.letters[0]!, true);
    await outbox.flush();
    expect(mail.taken).toEqual(["second", "first"]);
  });

  it.each([503, 500, 429])("tries again after %s: the server is busy, not unwilling", async (status) => {
    const outbox = await open();
    mail.refusal = new Refused("busy", status);
    await outbox.add(mark("A"), "first");
    expect(await outbox.flush()).toBe(false);
    expect(outbox.waiting()).toHaveLength(1);
  });

  it("sends one at a time, however often it is asked", async () => {
    const outbox = await open();
    await outbox.add(mark("A"), "first");
    await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()]);
    expect(mail.taken).toEqual(["first"]);
  });

  it("sends what is written while others are sent", async () => {
    const outbox = await open();
    await outbox.add(mark("A"), "first");
    const running = outbox.flush();
    await outbox.add(mark("B"), "second");
    await running;
    expect(mail.taken).toEqual(["first", "second"]);
  });

  it("does not keep what was sent for ever", async () => {
    const outbox = await open();
    for (let i = 0; i < 40; i++) await outbox.add(mark("A"), `letter ${i}`);
    await outbox.flush();
    expect(outbox.letters).toHaveLength(30);
    expect(await shelf.all("letters")).toHaveLength(30);
  });
});

describe("a letter that may have arrived", () => {
  const known = { by: "P. S.", time_s: 500 };
  it("has, if the incident tells of that find", () => {
    const incident = anIncident({ search: { finds: [{ ...known, find_id: "f", what: "part", lat_deg: 54.6, lon_deg: 25.7, sd_m: 50, is_it: false }] } });
    expect(arrived(find, incident)).toBe(true);
    expect(arrived({ ...find, lat_deg: 54.61 }, incident)).toBe(false);
    expect(arrived({ ...find, officer: "Q." }, incident)).toBe(false);
    expect(arrived(find, anIncident())).toBe(false);
  });
  it("has, if that sector was marked then by the same", () => {
    const incident = anIncident({ search: { searched: [{ ...known, searched_id: "s", asset: "foot_team", sector: "A" }] } });
    expect(arrived({ ...mark("A"), time_s: 510 } as SearchDecision, incident)).toBe(true);
    expect(arrived({ ...mark("A"), time_s: 5_000 } as SearchDecision, incident)).toBe(false);
    expect(arrived({ ...mark("B"), time_s: 510 } as SearchDecision, incident)).toBe(false);
  });
});

describe("a photograph on its way", () => {
  const photo = { action: "add_evidence", officer: "P. S.", incident_id: "I-1", kind: "photo", title: "Photograph of the find" } as const;

  it("goes out after the words, and no words wait for it", async () => {
    const mail = new Mail();
    let arrive = (): void => undefined;
    const slow: Post = {
      deliver: (letter) => letter.photoId === undefined ? mail.deliver(letter) : new Promise((done) => { arrive = () => done(mail.deliver(letter)); }),
      isThere: (letter) => mail.isThere(letter),
    };
    const outbox = new Outbox(new MemoryShelf(), slow, () => undefined, () => 1_000);
    await outbox.add(photo, "photograph", "abc");
    await outbox.add(find, "found");
    const all = outbox.flush();
    await expect.poll(() => mail.taken).toEqual(["found"]);
    await outbox.add(mark("A"), "searched");
    await outbox.flush();
    expect(mail.taken).toEqual(["found", "searched"]);
    arrive();
    expect(await all).toBe(true);
    expect(mail.taken).toEqual(["found", "searched", "photograph"]);
  });
});

describe("a photograph's fingerprint", () => {
  it("is its SHA-256", async () => {
    // FIPS 180-4, example of SHA-256 over "abc".
    const bytes = new Uint8Array([0x61, 0x62, 0x63]);
    expect(await fingerprint(bytes)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
