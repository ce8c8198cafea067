/** The page of the register: what is asked, the incidents that answer as a list and on the map, and the counts. */

import { api } from "../api";
import { h, rebuild, setText } from "../dom";
import { countryName, words } from "../format";
import type { Me } from "../me";
import { may } from "../me";
import type { Desk } from "../model";
import { rootUrl } from "../root";
import type { Settings } from "../settings";
import { chart, SHOWN } from "./charts";
import { detail } from "./detail";
import { address, isNothing, narrowed, NOTHING, query, readAddress, type Filter } from "./filter";
import { importDialog, strikeDialog } from "./importing";
import { line } from "./list";
import type { RegisterMap } from "./map";
import { SIGN_OF, SIGN_WORDS, signIcon } from "./signs";
import { OBJECT_TYPES, OUTCOMES, type RegisterRecord, type Statistics } from "./types";
import { objects, TYPE_WORDS } from "./words";

const PAGE = 300;
const TYPED_MS = 250;
/** What was decided is in the register a moment later. */
const SETTLED_MS = 1_500;
const COUNTRIES = ["FI", "EE", "LV", "LT", "PL", "RO", "MD", "UA", "SK", "HU", "HR", "BG", "SE", "NO", "DE", "DK", "CZ"];
const ORIGINS = ["RU", "BY", "UA", "unknown"];

type Fields = Record<keyof Omit<Filter, "isAll">, HTMLInputElement | HTMLSelectElement>;

function select(name: string, any: string, options: readonly [string, string][]): HTMLSelectElement {
  return h("select", { aria: { label: name }, title: name }, h("option", { value: "" }, any), ...options.map(([value, word]) => h("option", { value }, word)));
}

export class RegisterPage {
  private filter: Filter;
  private chosen: string;
  private records: RegisterRecord[] = [];
  private nFound = 0;
  private nextOffset: number | null = null;
  private statistics: Statistics[] = [];
  private asked = 0;
  private typing = 0;
  private map: RegisterMap | null = null;
  private readonly fields: Fields;
  private readonly all = h("input", { type: "checkbox" });
  private readonly clear = h("button", { class: "quiet", type: "button" }, "Clear");
  private readonly count = h("p", { class: "register-count", role: "status" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly list = h("ol", { class: "register-list", aria: { label: "Incidents" } });
  private readonly more = h("button", { class: "quiet more", type: "button" }, "Show more");
  private readonly charts = h("div", { class: "register-charts" });
  private readonly known = h("p", { class: "sub known" });
  private readonly panel = h("aside", { class: "register-panel", aria: { label: "The incident" } });
  private readonly csv = h("a", { class: "quiet", download: "" }, "CSV");
  private readonly geojson = h("a", { class: "quiet", download: "" }, "GeoJSON");
  private readonly mapBox = h("div", { class: "map", role: "region", aria: { label: "Map of the incidents" } });
  private readonly tabs: HTMLElement;

  constructor(private readonly info: Desk, private readonly settings: Settings, private readonly root: HTMLElement, private readonly me: Me) {
    ({ filter: this.filter, record: this.chosen } = readAddress(location.search));
    this.fields = {
      text: h("input", { type: "search", placeholder: "Words: a place, a model, a newspaper…", aria: { label: "Words" }, maxlength: 500 }),
      from: h("input", { type: "date", aria: { label: "From (UTC)" }, title: "From (UTC)", min: "1970-01-01", max: "2999-12-31" }),
      to: h("input", { type: "date", aria: { label: "To (UTC)" }, title: "To (UTC)", min: "1970-01-01", max: "2999-12-31" }),
      country: select("Country", "any country", COUNTRIES.map((code) => [code, countryName(code)])),
      type: select("Type", "any type", OBJECT_TYPES.map((type) => [type, TYPE_WORDS[type]])),
      origin: select("Origin", "any origin", ORIGINS.map((code) => [code, code === "unknown" ? "not established" : `from ${countryName(code)}`])),
      outcome: select("Outcome", "any outcome", OUTCOMES.map((outcome) => [outcome, words(outcome)])),
      state: select("Case", "any case", [["open", "case open"], ["under_investigation", "under investigation"], ["closed", "case closed"]]),
    };
    this.tabs = this.tabbar();
    root.replaceChildren(...this.frame());
    this.listen();
  }

  private frame(): HTMLElement[] {
    const exercise = h("div", { class: "banner exercise" }, h("strong", {}, "RECONSTRUCTION / EXERCISE"), h("span", {}, "the incidents of this desk are not real; those with sources are"));
    exercise.hidden = !this.info.is_exercise;
    const take = h("button", { class: "quiet", type: "button", on: { click: () => this.takeIn(null) } }, "Import…");
    take.disabled = !may(this.me, "investigate");
    const { text, from, to, country, type, origin, outcome, state } = this.fields;
    const toggle = h("button", { class: "quiet toggle", type: "button", aria: { expanded: "false" } }, "Filters");
    toggle.addEventListener("click", () => toggle.setAttribute("aria-expanded", String(toggle.parentElement?.classList.toggle("is-open") ?? false)));
    return [exercise,
      h("header", { class: "register-head" }, h("div", {}, h("h1", {}, "Register of incidents"), h("p", { class: "sub" }, `${this.info.title} · Sargas`)),
        h("div", { class: "buttons" }, this.csv, this.geojson, take, h("a", { class: "quiet", href: rootUrl("./") }, "To the desk"))),
      h("form", { class: "register-filter", role: "search", on: { submit: (event) => event.preventDefault() } }, text, toggle, h("span", { class: "range" }, from, h("span", {}, "to"), to), country, type, origin, outcome, state,
        h("label", { class: "switch", title: "Birds, clutter, own exercises and false reports" }, this.all, h("span", {}, "false alarms too")), this.clear),
      this.tabs,
      h("main", { class: "register-body", data: { shown: "list" } },
        h("section", { class: "register-left" }, this.count, this.problem, this.list, this.more),
        h("section", { class: "register-stage" }, this.mapBox, this.key(), h("div", { class: "map-credit" }, "© OpenStreetMap"), this.panel),
        h("section", { class: "register-counts" }, this.known, this.charts))];
  }

  private key(): HTMLElement {
    const seen = new Set<string>();
    const signs = OBJECT_TYPES.filter((type) => !seen.has(SIGN_OF[type]) && seen.add(SIGN_OF[type]));
    return h("div", { class: "register-key", aria: { label: "Signs" } }, ...signs.map((type) => h("span", {}, signIcon(type), SIGN_WORDS[SIGN_OF[type]])));
  }

  /** On a phone one part is shown at a time. */
  private tabbar(): HTMLElement {
    const parts = [["list", "List"], ["map", "Map"], ["counts", "Counts"]] as const;
    const buttons = parts.map(([name, word]) => h("button", { type: "button", data: { part: name }, class: name === "list" ? "is-on" : "" }, word));
    for (const button of buttons) button.addEventListener("click", () => this.showPart(button.dataset["part"] ?? "list"));
    return h("div", { class: "segments register-tabs" }, ...buttons);
  }

  private showPart(part: string): void {
    const body = this.root.querySelector<HTMLElement>(".register-body");
    if (body !== null) body.dataset["shown"] = part;
    for (const button of this.tabs.querySelectorAll<HTMLElement>("button")) button.classList.toggle("is-on", button.dataset["part"] === part);
    window.dispatchEvent(new Event("resize"));
  }

  private listen(): void {
    for (const [name, field] of Object.entries(this.fields)) {
      field.addEventListener("input", () => {
        this.filter = { ...this.filter, [name]: field.value };
        window.clearTimeout(this.typing);
        this.typing = window.setTimeout(() => void this.changed(), name === "text" ? TYPED_MS : 0);
      });
    }
    this.all.addEventListener("input", () => this.ask({ ...this.filter, isAll: this.all.checked }));
    this.clear.addEventListener("click", () => this.ask(NOTHING));
    this.more.addEventListener("click", () => void this.readMore());
    window.addEventListener("popstate", () => {
      ({ filter: this.filter, record: this.chosen } = readAddress(location.search));
      this.fill();
      void this.read();
    });
    document.addEventListener("keydown", (event) => this.onKey(event));
    for (const type of ["dragover", "drop"] as const) this.root.addEventListener(type, (event) => this.onDrop(event as DragEvent));
  }

  private onKey(event: KeyboardEvent): void {
    if (document.querySelector("dialog[open]") !== null) return;
    if (event.key === "Escape" && this.chosen !== "") return this.choose("");
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement || event.target instanceof HTMLTextAreaElement;
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      return this.fields.text.focus();
    }
    if (isTyping || (event.key !== "ArrowDown" && event.key !== "ArrowUp") || this.records.length === 0) return;
    event.preventDefault();
    const at = this.records.findIndex((record) => record.record_id === this.chosen);
    const next = this.records[Math.max(0, Math.min(this.records.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
    if (next !== undefined) this.choose(next.record_id);
  }

  private onDrop(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files") || !may(this.me, "investigate")) return;
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    if (event.type === "drop" && file !== undefined && document.querySelector("dialog[open]") === null) this.takeIn(file);
  }

  private takeIn(file: File | null): void {
    importDialog(this.settings.officer, file, () => window.setTimeout(() => void this.read(), SETTLED_MS));
  }

  /** Show the page, and draw the map if this browser can; without it the list and the counts stand. */
  async start(): Promise<void> {
    this.fill();
    const reading = this.read();
    try {
      const { RegisterMap } = await import("./map");
      this.map = await RegisterMap.create(this.mapBox, this.settings.theme, (id) => this.choose(id));
      this.map.setRecords(this.records);
      this.map.setZones(await api.zones());
    } catch (error) {
      this.mapBox.replaceChildren(h("p", { class: "empty", role: "alert" }, `This browser cannot draw the map: ${error instanceof Error ? error.message : String(error)}`));
    }
    await reading;
    this.showChosen();
  }

  private fill(): void {
    for (const [name, field] of Object.entries(this.fields)) {
      const value = this.filter[name as keyof Fields];
      if (field instanceof HTMLSelectElement && value !== "" && ![...field.options].some((option) => option.value === value)) field.append(h("option", { value }, value));
      if (field.value !== value) field.value = value;
    }
    this.all.checked = this.filter.isAll;
    this.clear.disabled = isNothing(this.filter);
  }

  private ask(filter: Filter): void {
    this.filter = filter;
    void this.changed();
  }

  private async changed(): Promise<void> {
    this.fill();
    history.replaceState(null, "", `${location.pathname}${address(this.filter, this.chosen)}`);
    await this.read();
  }

  private async read(): Promise<void> {
    const number = ++this.asked;
    const told = query(this.filter);
    try {
      const [page, ...statistics] = await Promise.all([api.register(told, 0, PAGE), ...SHOWN.map((key) => api.registerStatistics(told, key))]);
      // An answer to what was asked before must not come over a newer one.
      if (number !== this.asked) return;
      this.records = page.records;
      this.nFound = page.n_found;
      this.nextOffset = page.next_offset ?? null;
      this.statistics = statistics;
      setText(this.problem, "");
    } catch (error) {
      if (number === this.asked) setText(this.problem, error instanceof Error ? error.message : String(error));
      return;
    }
    this.draw();
    this.showChosen();
  }

  private async readMore(): Promise<void> {
    if (this.nextOffset === null) return;
    const number = this.asked;
    const page = await api.register(query(this.filter), this.nextOffset, PAGE).catch(() => null);
    if (page === null || number !== this.asked) return;
    this.records = [...this.records, ...page.records];
    this.nextOffset = page.next_offset ?? null;
    this.draw();
  }

  private draw(): void {
    const [years] = this.statistics;
    const told = query(this.filter);
    this.csv.href = rootUrl(`api/register.csv?${told}`);
    this.geojson.href = rootUrl(`api/register.geojson?${told}`);
    setText(this.count, this.nFound === 0 ? "No incident answers." : `${this.nFound} ${this.nFound === 1 ? "incident" : "incidents"}${years === undefined ? "" : `, ${objects(years.n_min, years.n_max)} objects`}`);
    rebuild(this.list, JSON.stringify([this.records, this.chosen]), () => this.records.length > 0 ? this.records.map((record) => line(record, record.record_id === this.chosen, (id) => this.choose(id))) : [this.nothing()]);
    this.more.hidden = this.nextOffset === null;
    this.map?.setRecords(this.records);
    if (years === undefined) return;
    setText(this.known, `Not known: origin of ${years.n_origin_unknown}, outcome of ${years.n_outcome_unknown}, place of ${years.n_unplaced}, whether with explosives of ${years.n_explosives_unknown}. Incidents of several countries count in each.`);
    const chosen = [this.filter.from.slice(0, 4), this.filter.country, this.filter.type, this.filter.origin, this.filter.outcome];
    this.charts.replaceChildren(...this.statistics.filter((one) => one.rows.length > 0).map((one) => chart(one, chosen[SHOWN.indexOf(one.by[0] ?? "year")] ?? "", (key, value) => this.ask(narrowed(this.filter, key, value)))));
  }

  private nothing(): HTMLElement {
    const why = isNothing(this.filter) ? "The register is empty. Incidents of this watch come in by themselves; “Import…” takes in a file, and so does: sargas register import CONFIG starter" : "Nothing answers this question. Take something away from it, or clear it.";
    return h("li", { class: "empty" }, why);
  }

  private choose(id: string): void {
    this.chosen = id;
    history.replaceState(null, "", `${location.pathname}${address(this.filter, id)}`);
    for (const button of this.list.querySelectorAll<HTMLElement>(".record")) {
      const isOn = button.dataset["id"] === id;
      button.classList.toggle("is-on", isOn);
      button.setAttribute("aria-current", String(isOn));
      if (isOn) button.scrollIntoView({ block: "nearest" });
    }
    this.showChosen();
  }

  private showChosen(): void {
    const id = this.chosen;
    const record = this.records.find((one) => one.record_id === id) ?? null;
    if (id !== "" && record === null) {
      // A link may show a record that the question before it leaves out.
      void api.registerRecord(id).then((found) => this.chosen === id && this.show(found), (error: unknown) => setText(this.problem, error instanceof Error ? error.message : String(error)));
      return;
    }
    this.show(record);
  }

  private show(record: RegisterRecord | null): void {
    this.panel.hidden = record === null;
    document.body.classList.toggle("has-record", record !== null);
    this.map?.choose(record, record === null || this.panel.offsetWidth > this.mapBox.offsetWidth * 0.8 ? 0 : this.panel.offsetWidth);
    if (record === null || this.panel.dataset["shown"] === JSON.stringify(record)) return;
    this.panel.dataset["shown"] = JSON.stringify(record);
    this.panel.replaceChildren(detail(record, { close: () => this.choose(""), strike: (one) => this.strike(one) }));
    this.panel.scrollTop = 0;
    for (const button of this.panel.querySelectorAll<HTMLButtonElement>("footer button")) button.disabled = !may(this.me, "supervise");
  }

  private strike(record: RegisterRecord): void {
    strikeDialog(record.title, this.settings.officer, async (officer, text) => {
      await api.decide({ action: "strike_record", officer, record_id: record.record_id, text });
      this.choose("");
      window.setTimeout(() => void this.read(), SETTLED_MS);
    });
  }
}
