/** The incidents on a map of the frontier: signs by what flew, and how far off each place may be. */

import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapLibreMap, NavigationControl, ScaleControl, type GeoJSONSource, type LayerSpecification } from "maplibre-gl";
import type { Zones } from "../api";
import { circle } from "../geo";
import { FONT, FONT_STRONG, loadFonts } from "../map/fonts";
import { countryNames, zoneFeatures } from "../map/ground";
import { PALETTES, type Palette } from "../map/palette";
import "../map/worker";
import { SIGN_OF, SIGN_WORDS, signImage, type SignName } from "./signs";
import type { RegisterRecord } from "./types";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const SOURCES = ["zones", "country-names", "circles", "records", "chosen"] as const;
const PIXELS = 40;
const FRONTIER: [number, number, number, number] = [15.5, 44, 32, 62.5];
const CLICK_SLOP_PX = 6;

function layers(p: Palette): LayerSpecification[] {
  return [
    { id: "outside", type: "background", paint: { "background-color": p.outside } },
    { id: "countries", type: "fill", source: "zones", filter: ["==", ["get", "kind"], "sovereign"], paint: { "fill-color": p.home, "fill-antialias": false } },
    { id: "borders", type: "line", source: "zones", filter: ["==", ["get", "kind"], "sovereign"], paint: { "line-color": p.homeBorder, "line-width": ["interpolate", ["linear"], ["zoom"], 3, 0.6, 9, 1.4] } },
    {
      id: "country-names", type: "symbol", source: "country-names", maxzoom: 9,
      layout: { "text-field": ["upcase", ["get", "name"]], "text-font": FONT_STRONG, "text-letter-spacing": 0.24, "text-size": ["interpolate", ["linear"], ["zoom"], 3, 8.5, 7, 14] },
      paint: { "text-color": p.countryName, "text-halo-color": p.townHalo, "text-halo-width": 1 },
    },
    { id: "circle-fills", type: "fill", source: "circles", paint: { "fill-color": p.labelDim, "fill-opacity": 0.06 } },
    { id: "circle-lines", type: "line", source: "circles", paint: { "line-color": p.labelDim, "line-width": 0.8, "line-dasharray": [3, 3], "line-opacity": 0.7 } },
    { id: "chosen-fills", type: "fill", source: "chosen", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": p.selected, "fill-opacity": 0.12 } },
    { id: "chosen-lines", type: "line", source: "chosen", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": p.selected, "line-width": 1.6 } },
    { id: "chosen-rings", type: "circle", source: "chosen", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 15, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": p.selected, "circle-stroke-width": 2.4 } },
    {
      id: "records", type: "symbol", source: "records",
      layout: {
        "icon-image": ["get", "sign"], "icon-size": ["interpolate", ["linear"], ["zoom"], 3, 0.32, 6, 0.42, 9, 0.55], "icon-allow-overlap": true, "icon-ignore-placement": true,
        "text-field": ["step", ["zoom"], "", 5.2, ["get", "name"]], "text-font": FONT, "text-size": 11, "text-optional": true, "text-max-width": 14,
        "text-variable-anchor": ["left", "right", "bottom", "top"], "text-radial-offset": 0.9, "text-justify": "auto",
      },
      paint: { "text-color": p.label, "text-halo-color": p.halo, "text-halo-width": 1.4 },
    },
  ];
}

const point = ({ lon_deg, lat_deg }: RegisterRecord): [number, number] | null => (lon_deg == null || lat_deg == null ? null : [lon_deg, lat_deg]);

function ring(record: RegisterRecord): GeoJSON.Feature | null {
  const at = point(record);
  if (at === null || record.sd_m == null) return null;
  return { type: "Feature", geometry: { type: "Polygon", coordinates: [circle(at[0], at[1], record.sd_m, 48)] }, properties: { id: record.record_id } };
}

export class RegisterMap {
  private constructor(private readonly map: MapLibreMap, private readonly theme: "night" | "day") {}

  /** Return the map once it can be drawn on. */
  static async create(container: HTMLElement, theme: "night" | "day", choose: (id: string) => void): Promise<RegisterMap> {
    await loadFonts();
    const map = new MapLibreMap({
      container, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxPitch: 0, renderWorldCopies: false, bounds: FRONTIER, fitBoundsOptions: { padding: 12 }, minZoom: 2, maxZoom: 13, fadeDuration: 0,
      style: { version: 8, sources: Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson", data: EMPTY, tolerance: 0.4 }])), layers: layers(PALETTES[theme]) },
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    map.addControl(new ScaleControl({ maxWidth: 100 }), "bottom-left");
    await new Promise<void>((done) => void map.once("load", () => done()));
    const made = new RegisterMap(map, theme);
    made.addSigns();
    map.on("click", ({ point: { x, y } }) => {
      const box: [[number, number], [number, number]] = [[x - CLICK_SLOP_PX, y - CLICK_SLOP_PX], [x + CLICK_SLOP_PX, y + CLICK_SLOP_PX]];
      const id: unknown = map.queryRenderedFeatures(box, { layers: ["records"] })[0]?.properties["id"];
      if (typeof id === "string") choose(id);
    });
    map.on("mouseenter", "records", () => map.getCanvas().classList.add("is-over"));
    map.on("mouseleave", "records", () => map.getCanvas().classList.remove("is-over"));
    return made;
  }

  private addSigns(): void {
    const p = PALETTES[this.theme];
    for (const name of Object.keys(SIGN_WORDS) as SignName[]) this.map.addImage(name, signImage(name, { ink: p.label, paper: p.halo, edge: p.halo }, PIXELS));
  }

  setZones(zones: Zones): void {
    this.set("zones", zoneFeatures(zones, ""));
    this.set("country-names", countryNames(zones));
  }

  setRecords(records: readonly RegisterRecord[]): void {
    const placed = records.filter((record) => point(record) !== null);
    this.set("records", {
      type: "FeatureCollection",
      features: placed.map((record) => ({
        type: "Feature", geometry: { type: "Point", coordinates: point(record) ?? [0, 0] },
        properties: { id: record.record_id, sign: SIGN_OF[record.object_type ?? "unknown"], name: (record.place ?? "").split(",")[0] ?? "" },
      })),
    });
    this.set("circles", { type: "FeatureCollection", features: placed.map(ring).filter((feature) => feature !== null) });
  }

  choose(record: RegisterRecord | null, covered: number): void {
    const at = record === null ? null : point(record);
    const features: GeoJSON.Feature[] = record === null ? [] : [ring(record)].filter((feature) => feature !== null);
    if (at !== null) features.push({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: {} });
    this.set("chosen", { type: "FeatureCollection", features });
    if (at !== null) this.map.easeTo({ center: at, zoom: Math.max(this.map.getZoom(), 6), padding: { right: covered, left: 0, top: 0, bottom: 0 }, duration: 300 });
    else this.map.easeTo({ padding: { right: 0, left: 0, top: 0, bottom: 0 }, duration: 0 });
  }

  private set(name: (typeof SOURCES)[number], data: GeoJSON.FeatureCollection): void {
    void (this.map.getSource(name) as GeoJSONSource | undefined)?.setData(data);
  }
}
