/** Who holds this phone, and how the page looks to them; kept by the browser. */

import { ASSET_KINDS, type AssetKind } from "../plan/types";

export interface Searcher {
  name: string;
  asset: AssetKind;
  theme: "night" | "day";
}
const KEY = "sargas.searcher";

export function loadSearcher(): Searcher {
  const theme = globalThis.matchMedia?.("(prefers-color-scheme: light)").matches ? "day" : "night";
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Searcher>;
    const asset = ASSET_KINDS.find((kind) => kind === saved.asset) ?? "foot_team";
    return { name: typeof saved.name === "string" ? saved.name : "", asset, theme: saved.theme === "day" || saved.theme === "night" ? saved.theme : theme };
  } catch {
    return { name: "", asset: "foot_team", theme };
  }
}

export function saveSearcher(searcher: Searcher): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(searcher));
  } catch {
    // Private mode: it lasts until the page is closed.
  }
}
