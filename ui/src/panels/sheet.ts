/** The bottom sheet of a phone: the same panels, pulled up and down over the map. */

import { h } from "../dom";

type Height = "peek" | "half" | "full";
const NEXT: Record<Height, Height> = { peek: "half", half: "full", full: "peek" };

export function sheetHandle(sheet: HTMLElement): HTMLElement {
  const handle = h("button", { class: "sheet-handle", type: "button", aria: { label: "Pull the panel up or down" } });
  let startY: number | null = null;
  const height = (): Height => (sheet.dataset["height"] as Height | undefined) ?? "peek";
  handle.addEventListener("pointerdown", (event) => {
    startY = event.clientY;
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointerup", (event) => {
    if (startY === null) return;
    const dy = event.clientY - startY;
    startY = null;
    if (Math.abs(dy) < 12) sheet.dataset["height"] = NEXT[height()];
    else if (dy < 0) sheet.dataset["height"] = height() === "peek" ? "half" : "full";
    else sheet.dataset["height"] = height() === "full" ? "half" : "peek";
  });
  handle.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") sheet.dataset["height"] = NEXT[height()];
  });
  return handle;
}
