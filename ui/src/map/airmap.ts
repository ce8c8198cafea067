/** The map itself: draws one picture, tells of clicks, follows the theme. */

import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapLibreMap, NavigationControl, ScaleControl, type GeoJSONSource } from "maplibre-gl";
import type { Zones } from "../api";
import type { LonLat } from "../geo";
import type { Crossing, Finding, Incident, Place, Sensor } from "../model";
import type { Picture } from "../picture";
import type { LayerName, Settings } from "../settings";
import { boundsOf, watchedBounds, countryNames, coverageFeatures, placeFeatures, sensorFeatures, zoneFeatures } from "./ground";
import { noFeatures, type SearchFeatures } from "../plan/features";
import type { WarningFeatures } from "../warn/features";
import { AreaEditor } from "./areaeditor";
import { loadFonts } from "./fonts";
import { layers, SOURCES, SWITCHED, type SourceName } from "./layers";
import { observedFeatures } from "./observed";
import { PALETTES } from "./palette";
import { addImage, repaintImages } from "./signs";
import { image } from "./symbols";
import { trackFeatures } from "./tracks";
import "./worker";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const CLICK_SLOP_PX = 9;
const MARGIN_PX = 60;
const COMPARED_MAX = 400;
const BAR_PX = 70;
const EDGE_PX = 56;
/** What people said stands over the top of the map. */
const TOP_PX = 110;
const PHONE_PX = 600;
const FRAME_ZOOM = 10.2;

export interface Clicked {
  at: LonLat;
  trackId: number | null;
  /** The sector of a search that was hit, where no track was. */
  sector: string | null;
}
/** What a person's hand does to the map. */
export interface Hand {
  onClick(clicked: Clicked): void;
  onMove(): void;
  /** The map is nearer or further: what is drawn by the screen's measure is due again. */
  onZoomed(): void;
}
export interface Covered {
  right: number;
  bottom: number;
}

export class AirMap {
  private sensors: ReadonlyMap<string, Sensor> = new Map();
  private readonly map: MapLibreMap;
  /** Pulls at the corners of a warning's area while that is edited. */
  readonly area: AreaEditor;
  private zones: Zones | null = null;
  private isReady = false;
  private healthKey = "";
  private readonly sent = new Map<SourceName, string>();

  private constructor(container: HTMLElement, private readonly settings: Settings, private readonly hand: Hand) {
    const palette = PALETTES[settings.theme];
    this.map = new MapLibreMap({
      container, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxPitch: 0, renderWorldCopies: false,
      center: [24.5, 55.2], zoom: 6, minZoom: 3, maxZoom: 15, fadeDuration: 0, refreshExpiredTiles: false,
      style: {
        version: 8,
        sources: Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson", data: EMPTY, tolerance: name === "zones" ? 0.4 : 0 }])),
        layers: layers(palette),
      },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disable();
    this.map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    this.map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.map.setMissingStyleImageResolver((id) => addImage(this.map, id, PALETTES[this.settings.theme], image));
    this.area = new AreaEditor(this.map, () => this.hand.onZoomed());
    this.map.on("click", (event) => {
      // A click beside a corner must not lose the draft that is being worked on.
      if (this.area.isActive) return;
      const { x, y } = event.point;
      const box: [[number, number], [number, number]] = [[x - CLICK_SLOP_PX, y - CLICK_SLOP_PX], [x + CLICK_SLOP_PX, y + CLICK_SLOP_PX]];
      const track: unknown = this.map.queryRenderedFeatures(box, { layers: ["tracks", "tracks-minor"] })[0]?.properties["id"];
      const sector: unknown = this.map.queryRenderedFeatures(event.point, { layers: ["search-sectors"] })[0]?.properties["name"];
      this.hand.onClick({
        at: [event.lngLat.lng, event.lngLat.lat],
        trackId: typeof track === "number" ? track : null, sector: typeof sector === "string" ? sector : null,
      });
    });
    // Only what a hand does carries the browser's event.
    this.map.on("movestart", (event) => event.originalEvent && this.hand.onMove());
    for (const layer of ["tracks", "tracks-minor"]) {
      this.map.on("mouseenter", layer, () => this.map.getCanvas().classList.add("is-over"));
      this.map.on("mouseleave", layer, () => this.map.getCanvas().classList.remove("is-over"));
    }
  }

  /** Return the map once it can be drawn on. */
  static async create(container: HTMLElement, settings: Settings, hand: Hand): Promise<AirMap> {
    await loadFonts();
    const theme = settings.theme;
    const air = new AirMap(container, settings, hand);
    await new Promise<void>((done) => void air.map.once("load", () => done()));
    air.isReady = true;
    // Somebody may have changed the theme while the map was being made.
    if (settings.theme !== theme) air.repaint();
    air.showLayers();
    return air;
  }

  setZones(zones: Zones, home: string): void {
    this.zones = zones;
    this.set("zones", zoneFeatures(zones, home), false);
    this.set("country-names", countryNames(zones));
    if (this.sensors.size === 0) this.goHome(home, false);
  }

  setSensors(sensors: ReadonlyMap<string, Sensor>, home: string): void {
    this.sensors = sensors;
    this.healthKey = "";
    this.goHome(home, false);
  }

  setPlaces(places: readonly Place[]): void {
    this.set("places", placeFeatures(places), false);
  }

  /** Show the sensors and their surroundings, or the whole country where no sensor has a place. */
  goHome(home: string, isSmooth = true): void {
    const bounds = watchedBounds(this.sensors.values()) ?? (this.zones && boundsOf(this.zones, home));
    if (bounds) this.map.fitBounds(bounds, { padding: { top: 30, left: 30, right: 30, bottom: this.barPx() + 30 }, maxZoom: 9.5, duration: isSmooth ? 600 : 0 });
  }

  private barPx(): number {
    return document.body.classList.contains("is-played") ? BAR_PX : 0;
  }

  /** Bring a box into view if it is not well in it already; the map stands still as long as it can. */
  frame(bounds: [number, number, number, number], covered: Covered): void {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const edge = clientWidth < PHONE_PX ? EDGE_PX / 4 : EDGE_PX;
    const room = { top: edge, left: edge, right: covered.right + edge, bottom: covered.bottom + this.barPx() + edge };
    if (clientWidth < room.left + room.right + edge || clientHeight < room.top + room.bottom + edge) return;
    const [west, south, east, north] = bounds;
    const [a, b] = [this.map.project([west, north]), this.map.project([east, south])];
    const isIn = a.x >= 8 && a.y >= 8 && b.x <= clientWidth - covered.right - 8 && b.y <= clientHeight - covered.bottom - this.barPx() - 8;
    const camera = this.map.cameraForBounds(bounds, { padding: room, maxZoom: FRAME_ZOOM });
    if (camera?.zoom === undefined || this.map.isMoving() || (isIn && camera.zoom - this.map.getZoom() < 0.9)) return;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.easeTo({ ...camera, duration: isStill ? 0 : 900 });
  }

  /** Bring a place into view, clear of what panels cover on the right and at the bottom. */
  flyTo(lonDeg: number, latDeg: number, covered: Covered): void {
    const zoom = Math.max(this.map.getZoom(), 9);
    const { x, y } = this.map.project([lonDeg, latDeg]);
    const { clientWidth, clientHeight } = this.map.getContainer();
    const isInView = x > MARGIN_PX && x < clientWidth - covered.right - MARGIN_PX && y > MARGIN_PX && y < clientHeight - covered.bottom - 2 * MARGIN_PX;
    if (isInView && this.map.getZoom() >= 8) return;
    const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500;
    this.map.easeTo({ center: [lonDeg, latDeg], zoom, duration, offset: [-covered.right / 2, -covered.bottom / 2] });
  }

  /** Bring a box into view at once, clear of what panels cover. */
  show(bounds: [number, number, number, number], covered: Covered, maxZoom = 13): void {
    const padding = { top: TOP_PX, left: EDGE_PX, right: covered.right + EDGE_PX, bottom: covered.bottom + this.barPx() + EDGE_PX };
    const { clientWidth, clientHeight } = this.map.getContainer();
    const hasRoom = clientWidth > padding.left + padding.right && clientHeight > padding.top + padding.bottom;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(bounds, { padding: hasRoom ? padding : 10, maxZoom, duration: isStill ? 0 : 600 });
  }

  /** Draw a search over the picture; null takes it away. */
  drawSearch(features: SearchFeatures | null): void {
    if (!this.isReady) return;
    for (const [name, drawn] of Object.entries(features ?? noFeatures())) {
      this.set(name as SourceName, { type: "FeatureCollection", features: drawn });
    }
  }

  /** Draw warnings over the picture. */
  drawWarning(features: WarningFeatures): void {
    if (!this.isReady) return;
    for (const [name, drawn] of Object.entries(features)) this.set(name as SourceName, { type: "FeatureCollection", features: drawn });
  }

  /** How many degrees a pixel is, east and north: for keys that move what is on the map. */
  degreesAPixel(): [number, number] {
    const [a, b] = [this.map.unproject([0, 0]), this.map.unproject([1, 1])];
    return [b.lng - a.lng, a.lat - b.lat];
  }

  draw(picture: Picture, selected: number | null): void {
    if (!this.isReady) return;
    const nowS = picture.nowS();
    const incidents = new Map<number, Incident>();
    for (const incident of picture.incidents.values()) {
      if (incident.status !== "open") continue;
      for (const id of incident.track_ids ?? []) incidents.set(id, incident);
    }
    const drawn = trackFeatures(picture.tracks.values(), picture.trails, {
      nowS, sensors: this.sensors, incidents, selected,
      shown: this.settings.layers,
    });
    const observed = observedFeatures(picture.observations, this.sensors, nowS);
    for (const [name, features] of Object.entries({ ...drawn, ...observed, findings: crossings(picture.incidents.values()) })) {
      this.set(name as SourceName, { type: "FeatureCollection", features });
    }
    this.drawHealth(picture);
  }

  private drawHealth(picture: Picture): void {
    const key = [...picture.health.values()].map((health) => `${health.sensor}=${health.state}`).join() + this.sensors.size;
    if (key === this.healthKey) return;
    this.healthKey = key;
    this.set("sensors", sensorFeatures(this.sensors.values(), picture.health));
    this.set("coverage", coverageFeatures(this.sensors.values(), picture.health));
  }

  /** Take over the settings' switches. */
  showLayers(): void {
    for (const [name, ids] of Object.entries(SWITCHED)) {
      const isOn = this.settings.layers[name as LayerName];
      for (const id of ids) this.map.setLayoutProperty(id, "visibility", isOn ? "visible" : "none");
    }
  }

  repaint(): void {
    const palette = PALETTES[this.settings.theme];
    for (const layer of layers(palette)) {
      for (const [property, value] of Object.entries(layer.paint ?? {})) {
        this.map.setPaintProperty(layer.id, property as never, value as never);
      }
    }
    repaintImages(this.map, palette, image);
  }

  resize(): void {
    this.map.resize();
  }

  private set(name: SourceName, data: GeoJSON.FeatureCollection, isCompared = true): void {
    // What did not change is not sent to the worker again.
    const text = isCompared && data.features.length < COMPARED_MAX ? JSON.stringify(data) : "";
    if (text !== "" && this.sent.get(name) === text) return;
    this.sent.set(name, text);
    void (this.map.getSource(name) as GeoJSONSource | undefined)?.setData(data);
  }
}

/** Return where open incidents' tracks crossed a border. */
function crossings(incidents: Iterable<Incident>): GeoJSON.Feature[] {
  const features: GeoJSON.Feature[] = [];
  for (const incident of incidents) {
    if (incident.status !== "open") continue;
    for (const finding of incident.findings ?? []) {
      if (!isCrossing(finding)) continue;
      const { lon_deg, lat_deg } = finding.detail;
      features.push({ type: "Feature", geometry: { type: "Point", coordinates: [lon_deg, lat_deg] }, properties: { label: "crossing" } });
    }
  }
  return features;
}

function isCrossing(finding: Finding): finding is Finding & { detail: Crossing } {
  return finding.detail.type === "crossing";
}
