/** What a person has had time to see: a decision counts as seen once it stood on the screen for a moment. */

/** Shorter than this nobody reads what has changed. */
const READ_MS = 800;

export class Seen {
  private shown: { id: string; entry: number; sinceMs: number; before: number } = { id: "", entry: 0, sinceMs: 0, before: 0 };

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  /** Take note of what is on the screen; to be called at each drawing. */
  show(id: string, entry: number): void {
    const { shown } = this;
    if (shown.id !== id) this.shown = { id, entry, sinceMs: this.monotonicMs(), before: entry };
    else if (shown.entry !== entry) this.shown = { id, entry, sinceMs: this.monotonicMs(), before: this.entry };
  }

  /** The newest decision that the officer can have seen. */
  get entry(): number {
    const { entry, before, sinceMs } = this.shown;
    return this.monotonicMs() - sinceMs >= READ_MS ? entry : before;
  }
}
