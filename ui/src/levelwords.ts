/** The words for a level: a level is never told by its colour alone. */

import type { Level } from "./trackmodel";

export const LEVEL_WORD: Record<Level, string> = { red: "RED", yellow: "YELLOW", white: "WHITE" };
export const LEVEL_MEANING: Record<Level, string> = { red: "in the airspace", yellow: "likely", white: "clear" };
