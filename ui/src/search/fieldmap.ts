/** The map in the hand: the search on its ground, where the phone is, where it has been, and which way to go. */

import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapLibreMap, ScaleControl, type GeoJSONSource, type LayerSpecification } from "maplibre-gl";
import type { Zones } from "../api";
import { circle, type LonLat } from "../geo";
import type { Place } from "../model";
import { SEARCH_SOURCES, type SearchFeatures } from "../plan/features";
import { loadFonts } from "../map/fonts";
import { countryNames, placeFeatures, zoneFeatures } from "../map/ground";
import { layersOf } from "../map/layers";
import { PALETTES, type Palette } from "../map/palette";
import { addImage, repaintImages } from "../map/signs";
import "../map/worker";
import type { Fix } from "./path";

export type Theme = keyof typeof PALETTES;
const OWN = ["me", "accuracy", "path", "way"] as const;
const GROUND = ["zones", "country-names", "places"] as const;
const SOURCES = [...GROUND, ...SEARCH_SOURCES, ...OWN];
const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const TAP_PX = 14;

export interface FieldHand {
  onSector(name: string | null): void;
  /** A finger moved the map. */
  onMove(): void;
}

function ownLayers(p: Palette): LayerSpecification[] {
  return [
    { id: "accuracy", type: "fill", source: "accuracy", paint: { "fill-color": p.me, "fill-opacity": 0.14 } },
    { id: "way", type: "line", source: "way", paint: { "line-color": p.me, "line-width": 3, "line-dasharray": [1.5, 1.5] } },
    { id: "path", type: "line", source: "path", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": p.me, "line-width": 4, "line-opacity": 0.85 } },
    { id: "me", type: "symbol", source: "me", layout: { "icon-image": "me", "icon-allow-overlap": true, "icon-ignore-placement": true } },
  ];
}

export class FieldMap {
  private readonly map: MapLibreMap;

  private constructor(container: HTMLElement, private theme: Theme, hand: FieldHand) {
    const sources = new Set<string>(SOURCES);
    this.map = new MapLibreMap({
      container, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxPitch: 0, renderWorldCopies: false,
      center: [24.5, 55.2], zoom: 6, minZoom: 4, maxZoom: 18, fadeDuration: 0,
      style: {
        version: 8, sources: Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson", data: EMPTY, tolerance: name === "zones" ? 0.4 : 0 }])),
        layers: [...layersOf(PALETTES[theme], sources), ...ownLayers(PALETTES[theme])],
      },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disable();
    this.map.addControl(new ScaleControl({ maxWidth: 110 }), "top-left");
    this.map.setMissingStyleImageResolver((id) => addImage(this.map, id, PALETTES[this.theme]));
    this.map.on("click", ({ point: { x, y } }) => {
      const box: [[number, number], [number, number]] = [[x - TAP_PX, y - TAP_PX], [x + TAP_PX, y + TAP_PX]];
      const exact = this.map.queryRenderedFeatures([x, y], { layers: ["search-sectors"] })[0];
      const hit: unknown = (exact ?? this.map.queryRenderedFeatures(box, { layers: ["search-sectors"] })[0])?.properties["name"];
      hand.onSector(typeof hit === "string" ? hit : null);
    });
    this.map.on("movestart", (event) => event.originalEvent && hand.onMove());
  }

  static async create(container: HTMLElement, theme: Theme, hand: FieldHand): Promise<FieldMap> {
    await loadFonts();
    const field = new FieldMap(container, theme, hand);
    await new Promise<void>((done) => void field.map.once("load", () => done()));
    return field;
  }

  setGround(zones: Zones, places: readonly Place[], home: string): void {
    this.set("zones", zoneFeatures(zones, home));
    this.set("country-names", countryNames(zones));
    this.set("places", placeFeatures(places));
  }

  drawSearch(features: SearchFeatures): void {
    for (const name of SEARCH_SOURCES) this.set(name, { type: "FeatureCollection", features: features[name] });
  }

  drawMe(fix: Fix | null, to: LonLat | null): void {
    this.set("me", fix === null ? EMPTY : one({ type: "Point", coordinates: fix.at }));
    this.set("accuracy", fix === null ? EMPTY : one({ type: "Polygon", coordinates: [circle(...fix.at, fix.accuracyM)] }));
    this.set("way", fix === null || to === null ? EMPTY : one({ type: "LineString", coordinates: [fix.at, to] }));
  }

  drawPath(paths: readonly LonLat[][]): void {
    this.set("path", paths.length === 0 ? EMPTY : one({ type: "MultiLineString", coordinates: paths as LonLat[][] }));
  }

  /** Bring a box into view between what lies over the top and the bottom of the map. */
  show(bounds: [number, number, number, number], covered: { top: number; bottom: number }, maxZoom = 15): void {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const edge = clientHeight - covered.top - covered.bottom > 120 && clientWidth > 120 ? 24 : 0;
    const padding = edge > 0 ? { top: covered.top + edge, bottom: covered.bottom + edge, left: edge, right: edge } : 0;
    this.map.fitBounds(bounds, { padding, maxZoom, duration: this.stepMs() });
  }

  centreOn(at: LonLat, covered: { top: number; bottom: number }, zoomMin = 13): void {
    this.map.easeTo({ center: at, zoom: Math.max(this.map.getZoom(), zoomMin), offset: [0, (covered.top - covered.bottom) / 2], duration: this.stepMs() });
  }

  /** Put a place into the middle of the map at once: what lies under a cross there may be asked for. */
  jumpTo(at: LonLat, zoom: number): void {
    this.map.jumpTo({ center: at, zoom });
  }

  zoom(): number {
    return this.map.getZoom();
  }

  /** Return the place in the middle of the map, under the cross. */
  middle(): LonLat {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const { lng, lat } = this.map.unproject([clientWidth / 2, clientHeight / 2]);
    return [lng, lat];
  }

  repaint(theme: Theme): void {
    this.theme = theme;
    const palette = PALETTES[theme];
    for (const layer of [...layersOf(palette, new Set<string>(SOURCES)), ...ownLayers(palette)]) {
      for (const [property, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, property as never, value as never);
    }
    repaintImages(this.map, palette);
  }

  private stepMs(): number {
    return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500;
  }

  private set(name: (typeof SOURCES)[number], data: GeoJSON.FeatureCollection): void {
    void (this.map.getSource(name) as GeoJSONSource | undefined)?.setData(data);
  }
}

const one = (geometry: GeoJSON.Geometry): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features: [{ type: "Feature", geometry, properties: {} }] });
