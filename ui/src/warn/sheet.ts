/** The draft of one incident in an officer's hands: what they changed, what has changed under them meanwhile, and undo. */

import { differ, opened, shut, type Area } from "./area";
import type { Draft, WarningContent, WarningState, WarningText } from "./types";

const UNDO_MAX = 200;

/** What stands outside the officer's hands: what others saved, and what the watch would say now. */
export interface Around {
  state: WarningState;
  draft: Draft | null;
}
export type Origin = "watch" | "saved" | "mine";
/** Something that happened while the officer wrote, and that they have to settle. */
export type Notice =
  | { kind: "sky"; content: WarningContent; isLevel: boolean }
  | { kind: "other"; officer: string; timeS: number; content: WarningContent | null };

/** True if one content says something else than another: of another level, or of an area that is not about the same. */
export const isOtherThan = (content: WarningContent, other: WarningContent): boolean =>
  content.level !== other.level || differ(opened(content.rings), opened(other.rings));

export class Sheet {
  /** What the officer has made of it and not saved; null while it is as others see it. */
  mine: WarningContent | null = null;
  /** The draft of the watch and the revision that the officer had before them when they began. */
  private began: { sky: WarningContent | null; revision: number } = { sky: null, revision: 0 };
  private readonly before: Area[] = [];

  /** Return what stands on the sheet, null if there is nothing to warn of. */
  shown({ state, draft }: Around): WarningContent | null {
    return this.mine ?? state.edited?.content ?? draft?.content ?? null;
  }

  origin({ state }: Around): Origin {
    return this.mine !== null ? "mine" : state.edited != null ? "saved" : "watch";
  }

  /** The revision to name when this is saved or approved: that of what the officer has seen. */
  revision({ state }: Around): number {
    return this.mine === null ? (state.revision ?? 0) : this.began.revision;
  }

  change(around: Around, change: Partial<WarningContent>): void {
    const shown = this.shown(around);
    if (shown === null) return;
    if (this.mine === null) this.began = { sky: around.draft?.content ?? null, revision: around.state.revision ?? 0 };
    this.mine = { ...shown, ...change };
  }

  changeText(around: Around, language: string, change: Partial<WarningText>): void {
    const texts = this.shown(around)?.texts.map((text) => (text.language === language ? { ...text, ...change } : text));
    if (texts !== undefined) this.change(around, { texts });
  }

  area(around: Around): Area {
    return opened(this.shown(around)?.rings ?? []);
  }

  /** Take another area; what it was can be had again. */
  reshape(around: Around, area: Area): void {
    this.before.push(this.area(around));
    if (this.before.length > UNDO_MAX) this.before.shift();
    this.change(around, { rings: shut(area) });
  }

  get canUndo(): boolean {
    return this.before.length > 0;
  }

  undo(around: Around): boolean {
    const area = this.before.pop();
    if (area === undefined) return false;
    this.change(around, { rings: shut(area) });
    return true;
  }

  /** Return what the officer has to know before this leaves their hands. */
  notices({ state, draft }: Around): Notice[] {
    if (this.mine === null) return [];
    const notices: Notice[] = [];
    if ((state.revision ?? 0) !== this.began.revision) {
      const { edited } = state;
      notices.push({ kind: "other", officer: edited?.officer ?? "", timeS: edited?.time_s ?? NaN, content: edited?.content ?? null });
    }
    const [then, now] = [this.began.sky, draft?.content ?? null];
    if (now !== null && (then === null || isOtherThan(now, then))) {
      notices.push({ kind: "sky", content: now, isLevel: now.level !== this.mine.level });
    }
    return notices;
  }

  /** Keep what is written, having seen what the sky did. */
  keepThroughSky({ draft }: Around): void {
    this.began.sky = draft?.content ?? null;
  }

  /** Keep what is written, having seen what somebody else saved: it can now be saved over that. */
  keepOverOther({ state }: Around): void {
    this.began.revision = state.revision ?? 0;
  }

  /** Take the watch's own area, and keep the words. */
  takeArea(around: Around): void {
    if (around.draft === null) return;
    this.reshape(around, opened(around.draft.content.rings));
    this.keepThroughSky(around);
  }

  /** Take all that the watch says now; what another officer saved stays saved until this is. */
  takeWatch(around: Around): void {
    if (around.draft === null) return;
    this.before.push(this.area(around));
    this.change(around, around.draft.content);
    this.keepThroughSky(around);
  }

  /** Drop what was not saved. */
  drop(): void {
    this.mine = null;
    this.before.length = 0;
  }
}
