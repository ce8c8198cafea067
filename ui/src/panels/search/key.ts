/** The key to the search on the map: what the bands, the sectors' lines, the hatching and the marks mean. */

import { h, icon, rebuild, setText } from "../../dom";
import type { Desk } from "../../desk";
import { percent } from "../../format";

const RANKS = ["first", "2nd and 3rd", "4th to 8th", "the others"];

export class SearchKey {
  readonly element: HTMLElement;
  private readonly bands = h("div", { class: "key-bands" });
  private readonly title = h("strong");
  private readonly close: HTMLButtonElement;

  constructor(private readonly desk: Desk) {
    this.close = h("button", { class: "linklike", type: "button", on: { click: () => desk.search.togglePin() } }, "Take off the map");
    const fold = h("details", { class: "key-fold", open: true }, h("summary", {}, this.title),
      this.bands,
      h("div", { class: "key-ranks" }, ...RANKS.map((text, i) => h("span", {}, h("i", { class: `key-line tier-${i}` }), text))),
      h("div", { class: "key-marks" },
        h("span", {}, h("i", { class: "key-hatch" }), "searched"),
        h("span", {}, icon("M12 5a7 7 0 1 0 0 14a7 7 0 1 0 0-14 M12 1v6 M12 17v6 M1 12h6 M17 12h6"), "best place"),
        h("span", { class: "key-clue" }, icon("M12 3l9 9-9 9-9-9Z M12 8v5 M12 16h.01"), "clue"),
        h("span", { class: "key-hazard" }, icon("M12 3 22 20.500H2Z M12 9.500v5 M12 17.500h.01"), "find: keep out")),
      this.close);
    this.element = h("section", { class: "search-key", aria: { label: "Key to the search" } }, fold);
  }

  render(): void {
    const { searching, settings } = this.desk;
    const { plan } = searching;
    this.element.hidden = plan === null || !settings.layers.search;
    if (plan === null) return;
    setText(this.title, `Search ${plan.incident_id}`);
    const shares = plan.contours.map((contour) => contour.share).sort((a, b) => a - b);
    rebuild(this.bands, shares.join(), () => [h("span", {}, "It lies inside with"), ...shares.map((share, i) => h("span", { class: `key-band band-${i}` }, percent(share)))]);
    this.close.hidden = searching.isPanelOpen;
  }
}
