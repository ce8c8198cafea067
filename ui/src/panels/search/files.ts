/** The plan in other people's hands: files, the page for phones, and the paths that teams bring back. */

import { api } from "../../api";
import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import type { AssetKind } from "../../plan/types";
import { byRank } from "../../plan/words";
import { assetSelect, button, copy, field, folding, type Section, type Shown } from "./section";

const FILES: readonly (readonly [string, string, Record<string, string>])[] = [
  ["Map sheet A4", "sheet", { paper: "a4" }], ["Map sheet A3", "sheet", { paper: "a3" }], ["GPX", "gpx", {}], ["KML", "kml", {}],
  ["GeoJSON", "geojson", {}], ["GeoPackage", "gpkg", {}], ["TAK", "tak", {}],
];

export class Files implements Section {
  readonly element: HTMLElement;
  private readonly links = h("div", { class: "files" });
  private readonly isPublic = h("input", { type: "checkbox" });
  private readonly phone = h("div");
  private readonly asset = assetSelect("Who walked");
  private readonly sector = h("select", { aria: { label: "In which sector" } });
  private readonly file = h("input", { type: "file", accept: ".gpx,application/gpx+xml", aria: { label: "GPX file" } });
  private readonly upload: HTMLElement;
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.isPublic.addEventListener("change", () => desk.redraw());
    this.file.addEventListener("change", () => void this.send());
    this.upload = h("div", {}, h("h4", {}, "Where teams walked (GPX)"), field("Who", this.asset), field("Sector", this.sector), field("File", this.file));
    this.element = folding("Files, phones, paths", false, this.links,
      h("label", { class: "switch" }, this.isPublic, h("span", {}, "Public version: without what should not be public")), this.phone, this.upload);
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { incident, plan, isPast } = shown;
    const more: Record<string, string> = this.isPublic.checked ? { public: "true" } : {};
    rebuild(this.links, `${incident.incident_id} ${plan.track_id} ${this.isPublic.checked} ${this.desk.view}`, () => FILES.map(([name, format, options]) =>
      h("a", { class: "quiet small", href: api.searchFileUrl(incident.incident_id, this.desk.view, format, { track_id: String(plan.track_id), ...options, ...more }), download: true }, name)));
    const url = api.searchPageUrl(incident.incident_id);
    rebuild(this.phone, url, () => [
      h("h4", {}, "On the phones of those who search"), h("p", { class: "sub" }, "This page works without signal once it was opened; it needs https for the position."),
      h("div", { class: "inline" }, h("a", { class: "url", href: url, target: "_blank", rel: "noopener" }, url), button("Copy", () => copy(this.desk, url))),
    ]);
    const names = [...plan.sectors].sort(byRank).map((sector) => sector.name);
    rebuild(this.sector, names.join(), () => [h("option", { value: "" }, "by the paths alone"), ...names.map((name) => h("option", { value: name }, name))]);
    this.upload.hidden = isPast || plan.is_found;
  }

  private async send(): Promise<void> {
    const file = this.file.files?.[0];
    if (this.shown === null || file === undefined) return;
    const { incident_id } = this.shown.incident;
    const about = { asset: this.asset.value as AssetKind, sector: this.sector.value };
    const text = await file.text();
    if (await this.desk.asOfficer((officer) => api.postPaths(incident_id, text, { ...about, officer }))) this.desk.say(`${file.name}: taken as searched.`);
    this.file.value = "";
  }
}
