/** What is asked of the register; it stands in the page's address, so that a link shows the same. */

export interface Filter {
  text: string;
  from: string;
  to: string;
  country: string;
  type: string;
  origin: string;
  outcome: string;
  state: string;
  /** With birds, clutter, own exercises and false reports. */
  isAll: boolean;
}
export const NOTHING: Filter = { text: "", from: "", to: "", country: "", type: "", origin: "", outcome: "", state: "", isAll: false };
const NAMES = ["text", "from", "to", "country", "type", "origin", "outcome", "state"] as const;
const DAY_S = 86_400;

/** Return the filter and the chosen record of an address. */
export function readAddress(search: string): { filter: Filter; record: string } {
  const asked = new URLSearchParams(search);
  const filter = { ...NOTHING, isAll: asked.get("all") === "yes" };
  for (const name of NAMES) filter[name] = (asked.get(name) ?? "").slice(0, 500);
  return { filter, record: asked.get("record") ?? "" };
}

/** Return the part of an address behind its path, empty if nothing is asked. */
export function address(filter: Filter, record: string): string {
  const told = new URLSearchParams();
  for (const name of NAMES) if (filter[name] !== "") told.set(name, filter[name]);
  if (filter.isAll) told.set("all", "yes");
  if (record !== "") told.set("record", record);
  return told.size === 0 ? "" : `?${told}`;
}

/** Return the epoch seconds at which a day begins in UTC, or ends; null for what is no day. */
export function dayS(day: string, isEnd: boolean): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(ms) && ms >= 0 ? ms / 1_000 + (isEnd ? DAY_S : 0) : null;
}

/** Return the query that the server takes. */
export function query(filter: Filter): URLSearchParams {
  const told = new URLSearchParams();
  const [fromS, toS] = [dayS(filter.from, false), dayS(filter.to, true)];
  if (fromS !== null) told.set("from_s", String(fromS));
  if (toS !== null) told.set("to_s", String(toS));
  for (const name of ["text", "country", "type", "origin", "outcome", "state"] as const) if (filter[name].trim() !== "") told.set(name, filter[name].trim());
  if (!filter.isAll) told.set("incursion", "true");
  return told;
}

export const isNothing = (filter: Filter): boolean => address(filter, "") === "";

/** Return the filter narrowed to one bar of a chart; the same bar again takes it back. */
export function narrowed(filter: Filter, key: string, value: string): Filter {
  if (key === "year") {
    const [from, to] = [`${value}-01-01`, `${value}-12-31`];
    return filter.from === from && filter.to === to ? { ...filter, from: "", to: "" } : { ...filter, from, to };
  }
  if (key !== "country" && key !== "type" && key !== "origin" && key !== "outcome") return filter;
  return { ...filter, [key]: filter[key] === value ? "" : value };
}
