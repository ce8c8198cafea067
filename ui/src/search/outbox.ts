/** Letters to the search leader: kept until they are sent, in order, each once as far as the network lets one know. */

import { Refused } from "../api";
import type { AddEvidence } from "../file/types";
import type { SearchDecision } from "../plan/types";
import type { Item, Shelf } from "./shelf";

const SENT_KEPT = 30;

/** What goes out from the field: what was seen and done, and the photograph of a find for the incident's file. */
export type FieldDecision = SearchDecision | AddEvidence;

export interface Letter extends Item {
  madeMs: number;
  /** What it says, for the one who wrote it. */
  title: string;
  decision: FieldDecision;
  /** The photograph on this phone that goes with it. */
  photoId?: string;
  state: "waiting" | "sent" | "refused";
  /** True if it went out and no answer came: it may have arrived. */
  isUnsure: boolean;
  reason: string;
}

export interface Post {
  /** Deliver; throws `Refused` if the server answered no, anything else if no answer came. */
  deliver(letter: Letter): Promise<void>;
  /** Return whether the server has it already. */
  isThere(letter: Letter): Promise<boolean>;
}

export class Outbox {
  letters: Letter[] = [];
  isSending = false;
  private isSendingPhotos = false;
  private count = 0;

  constructor(private readonly shelf: Shelf, private readonly post: Post, private readonly onChange: () => void, private readonly nowMs: () => number = Date.now) {}

  async load(): Promise<void> {
    this.letters = await this.shelf.all<Letter>("letters");
    this.onChange();
  }

  waiting(): Letter[] {
    return this.letters.filter((letter) => letter.state === "waiting");
  }

  /** Keep a decision; it is safe once this returns, whatever the network does. */
  async add(decision: FieldDecision, title: string, photoId?: string): Promise<Letter> {
    const madeMs = this.nowMs();
    // Ids sort by time: the order in which letters were written is that in which they are sent.
    const id = `${String(madeMs).padStart(15, "0")}-${String(this.count++).padStart(5, "0")}-${Math.random().toString(36).slice(2, 8)}`;
    const letter: Letter = { id, madeMs, title, decision, state: "waiting", isUnsure: false, reason: "", ...(photoId === undefined ? {} : { photoId }) };
    await this.shelf.put("letters", letter);
    this.letters.push(letter);
    this.onChange();
    return letter;
  }

  /** Send what waits, the oldest first; stops at the first that gets no answer. Returns whether all is sent. */
  async flush(): Promise<boolean> {
    if (this.isSending) return false;
    this.isSending = true;
    try {
      // What is written while others are sent goes out with them.
      const words = (): Letter | undefined => this.waiting().find((one) => one.photoId === undefined);
      for (let letter = words(); letter !== undefined; letter = words()) {
        if (!(await this.send(letter))) return false;
      }
      await this.forgetOld();
    } finally {
      this.isSending = false;
      this.onChange();
    }
    return this.sendPhotos();
  }

  /** Photographs go out after the words, and no words wait for one: on a thin line it takes minutes. */
  private async sendPhotos(): Promise<boolean> {
    if (this.isSendingPhotos) return false;
    this.isSendingPhotos = true;
    try {
      const photo = (): Letter | undefined => this.waiting().find((one) => one.photoId !== undefined);
      for (let letter = photo(); letter !== undefined; letter = photo()) {
        if (!(await this.send(letter))) return false;
      }
      return true;
    } finally {
      this.isSendingPhotos = false;
      this.onChange();
    }
  }

  private async send(letter: Letter): Promise<boolean> {
    try {
      if (letter.isUnsure && (await this.post.isThere(letter))) return await this.become(letter, { state: "sent", isUnsure: false });
      // Should the page be closed before the answer, the next one knows that this may have arrived.
      await this.become(letter, { isUnsure: true });
      await this.post.deliver(letter);
      return await this.become(letter, { state: "sent", isUnsure: false });
    } catch (error) {
      const isRefusal = error instanceof Refused && error.status >= 400 && error.status < 500 && ![401, 408, 425, 429].includes(error.status);
      if (isRefusal) return await this.become(letter, { state: "refused", isUnsure: false, reason: error.message });
      if (error instanceof Refused && [401, 429, 503].includes(error.status)) await this.become(letter, { isUnsure: false });
      return false;
    }
  }

  private async become(letter: Letter, change: Partial<Letter>): Promise<true> {
    Object.assign(letter, change);
    await this.shelf.put("letters", letter);
    this.onChange();
    return true;
  }

  /** Take a refused letter away, or try it again. */
  async settle(letter: Letter, isTriedAgain: boolean): Promise<void> {
    if (isTriedAgain) return void (await this.become(letter, { state: "waiting", reason: "" }));
    this.letters = this.letters.filter((other) => other !== letter);
    await this.shelf.remove("letters", letter.id);
    this.onChange();
  }

  private async forgetOld(): Promise<void> {
    const sent = this.letters.filter((letter) => letter.state === "sent");
    for (const letter of sent.slice(0, Math.max(0, sent.length - SENT_KEPT))) await this.settle(letter, false);
  }
}

/** Return what stands on the page about the letters; empty if there is nothing to say. */
export function outboxLine(letters: readonly Letter[], isOnline: boolean): string {
  const [nWaiting, nRefused] = [letters.filter((l) => l.state === "waiting").length, letters.filter((l) => l.state === "refused").length];
  const waiting = nWaiting === 0 ? "" : isOnline ? `${nWaiting} being sent` : `${nWaiting} waiting, will be sent when there is signal`;
  const refused = nRefused === 0 ? "" : `${nRefused} not taken: look`;
  return [waiting, refused].filter(Boolean).join(" · ");
}
