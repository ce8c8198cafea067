/** The incidents that answer, newest first; more come when they are asked for. */

import { h } from "../dom";
import { countryName, words } from "../format";
import { signIcon } from "./signs";
import type { RegisterRecord } from "./types";
import { what, when } from "./words";

/** Return one line of the list. */
export function line(record: RegisterRecord, isChosen: boolean, choose: (id: string) => void): HTMLElement {
  const where = [record.countries.map(countryName).join(", "), record.origin ? `from ${countryName(record.origin)}` : "origin not established"].join(" · ");
  return h("li", {}, h("button", { class: isChosen ? "record is-on" : "record", type: "button", data: { id: record.record_id }, aria: { current: isChosen ? "true" : "false" }, on: { click: () => choose(record.record_id) } },
    signIcon(record.object_type), h("span", { class: "record-words" },
      h("strong", {}, record.title), h("span", { class: "num" }, when(record)),
      h("span", { class: "sub" }, `${what(record)} · ${words(record.outcome ?? "unknown")}`), h("span", { class: "sub" }, where),
      record.from_watch ? h("span", { class: "tag" }, "this watch") : null, record.doubts ? h("span", { class: "tag doubt" }, "doubts") : null)));
}
