/** What the sections of a warning's panel share. */

import type { Incident } from "../../model";
import type { Around, Sheet } from "../../warn/sheet";
import type { PublicWarning, WarningContent } from "../../warn/types";

export interface Shown {
  incident: Incident;
  around: Around;
  sheet: Sheet;
  /** What stands there: approved, or the draft; null if there is nothing to warn of. */
  content: WarningContent | null;
  /** The approved warning that waits to be sent or countersigned. */
  pending: PublicWarning | null;
  /** True if nobody may change it: it is approved, or this is the replay. */
  isFrozen: boolean;
  isPast: boolean;
  /** True if the public has not been told what stands here. */
  isNews: boolean;
  nowS: number;
}
export interface Section {
  readonly element: HTMLElement;
  render(shown: Shown): void;
}
