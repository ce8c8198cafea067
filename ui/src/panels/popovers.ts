/** The layer switches with the legend, and the list of keys. */

import { h } from "../dom";
import type { Desk } from "../desk";
import { LAYERS, type LayerName } from "../settings";

export function layersPopover(desk: Desk, onChange: () => void): HTMLElement {
  const boxes = (Object.keys(LAYERS) as LayerName[]).map((name) => {
    const box = h("input", { type: "checkbox" });
    box.checked = desk.settings.layers[name];
    box.addEventListener("change", () => {
      desk.settings.layers[name] = box.checked;
      onChange();
    });
    return h("label", { class: "switch" }, box, h("span", {}, LAYERS[name]));
  });
  const element = h("section", { class: "popover layers", aria: { label: "Layers" } }, h("h2", {}, "On the map"), ...boxes,
    h("p", { class: "credit" }, "Borders © OpenStreetMap contributors (ODbL). Towns: GeoNames (CC BY 4.0)."));
  element.hidden = true;
  return element;
}

const KEYS: [string, string][] = [
  ["A", "Acknowledge the selected alarm, else the most urgent one"], ["J K ↓ ↑", "Next, previous alarm"],
  ["V", "The warning: open its draft"], ["P", "Approve the warning as it stands there"], ["S", "Send what is approved"], ["E", "Shape the warning’s area on the map"],
  ["Z", "Shelve the selected alarm for a while"],
  ["C", "Comment"], ["D", "Disposition: what it was"], ["W", "Where to look: the search for what a lost track left"],
  ["F", "Follow what matters most; moving the map by hand ends it"], ["H", "Whole area"], ["L", "Layers"], ["M", "Silence or sound"], ["N", "Night or day"],
  ["Space", "Pause or play, where time is played"], ["Esc", "Close the panel"], ["?", "These keys"],
];

export function helpDialog(): void {
  const dialog = h(
    "dialog", { class: "help" },
    h("form", { method: "dialog" }, h("h2", {}, "Keys"),
      h("dl", { class: "keys" }, ...KEYS.flatMap(([keys, text]) => [h("dt", {}, ...keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, text)])),
      h("div", { class: "buttons" }, h("button", { class: "primary", type: "submit" }, "Close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
