/** One incident of the register: everything that is known, what is not, and who says so. */

import { h } from "../dom";
import { countryName, distance, position, words } from "../format";
import { signIcon } from "./signs";
import type { RegisterRecord, Source } from "./types";
import { objects, rating, TYPE_WORDS, webAddress, when } from "./words";

export interface DetailActions {
  close(): void;
  strike(record: RegisterRecord): void;
}

/** Return the record as a panel. */
export function detail(record: RegisterRecord, actions: DetailActions): HTMLElement {
  const { n_min = 1, n_max = 1, object_type = "unknown", state = "unknown", outcome = "unknown" } = record;
  const facts: [string, string][] = [
    ["When", `${when(record)}${record.ended_s == null ? "" : `, over by ${when({ ...record, began_s: record.ended_s })}`}`],
    ["Where", [record.countries.map(countryName).join(", "), record.place ?? ""].filter(Boolean).join(": ")],
    ["Place", place(record)],
    ["What", `${TYPE_WORDS[object_type]}${record.model ? ` (${record.model})` : ""}`],
    ["How many", objects(n_min, Math.max(n_min, n_max))],
    ["From", record.origin ? `${countryName(record.origin)}${record.origin_said ? `, says: ${record.origin_said}` : ""}` : "not established"],
    ["Explosives", record.has_explosives == null ? "not known" : record.has_explosives ? "yes" : "none found"],
    ["Outcome", words(outcome)],
    ["Case", words(state)],
  ];
  if (record.from_watch) facts.push(["Incident", `${record.from_watch} of this watch`]);
  return h("div", { class: "register-detail" },
    h("header", {}, signIcon(object_type), h("h2", { tabindex: "-1" }, record.title), h("button", { class: "tool", type: "button", aria: { label: "Close (Esc)" }, title: "Close (Esc)", on: { click: () => actions.close() } }, "✕")),
    h("dl", {}, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    record.text ? h("p", { class: "told" }, record.text) : null,
    record.doubts ? h("section", { class: "doubts" }, h("h3", {}, "What is not certain"), h("p", {}, record.doubts)) : null,
    h("section", {}, h("h3", {}, `Sources (${record.sources?.length ?? 0})`), record.sources?.length ? h("ul", { class: "sources" }, ...record.sources.map(source)) : h("p", { class: "sub" }, "None is on file.")),
    h("footer", {}, h("span", { class: "sub" }, record.record_id), h("button", { class: "quiet", type: "button", on: { click: () => actions.strike(record) } }, "Strike out…")));
}

function place({ lat_deg, lon_deg, sd_m }: RegisterRecord): string {
  if (lat_deg == null || lon_deg == null) return "not known closely enough for a map";
  return `${position(lat_deg, lon_deg)}${sd_m == null ? "" : `, give or take ${distance(sd_m)}`}`;
}

function source({ address, publisher, author, published, quotation, reliability = "F", credibility = "6" }: Source): HTMLElement {
  const url = webAddress(address);
  const name = [publisher, author, published].filter(Boolean).join(", ") || address;
  return h("li", {}, h("abbr", { class: "rating", title: rating(reliability, credibility) }, `${reliability}${credibility}`),
    h("div", {}, url === null ? h("span", {}, name) : h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name), h("small", {}, url === null ? address : rating(reliability, credibility)), quotation ? h("q", {}, quotation) : null));
}
