/** The hand on a warning's area: corners are pulled, edges pulled out to new corners, a right click takes a corner away. */

import type { Map as MapLibreMap, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import type { LonLat } from "../geo";
import { added, middle, moved, type Area, type Corner } from "../warn/area";
import type { Handle } from "../warn/features";

/** How near a pointer must come; a finger hides what it touches. */
const MOUSE_PX = 10;
const FINGER_PX = 26;
/** An edge shorter than this on the screen offers no middle: it could not be told from its corners. */
const EDGE_PX = 44;

export interface AreaHand {
  area(): Area;
  choose(corner: Corner): void;
  /** The area while it is being pulled; not kept yet. */
  pull(area: Area): void;
  letGo(area: Area): void;
  remove(corner: Corner): void;
}

export class AreaEditor {
  private hand: AreaHand | null = null;
  private pulled: { area: Area; corner: Corner; isNew: boolean } | null = null;

  constructor(private readonly map: MapLibreMap, private readonly onMoved: () => void) {
    map.on("mousedown", (event) => this.down(event, MOUSE_PX));
    map.on("touchstart", (event) => event.points.length === 1 && this.down(event, FINGER_PX));
    map.on("mousemove", (event) => this.move(event));
    map.on("touchmove", (event) => this.move(event));
    map.on("mouseup", () => this.up());
    map.on("touchend", () => this.up());
    map.on("touchcancel", () => this.up());
    map.on("contextmenu", (event) => this.remove(event));
    // Which edges are long enough for a middle depends on how near one looks.
    map.on("zoomend", () => this.hand && this.onMoved());
    // A button let go outside the map is let go.
    window.addEventListener("mouseup", () => this.up());
  }

  get isActive(): boolean {
    return this.hand !== null;
  }

  start(hand: AreaHand): void {
    this.hand = hand;
  }

  stop(): void {
    this.up();
    this.hand = null;
    this.map.getCanvas().classList.remove("is-over");
  }

  /** Return the corners and the middles of the edges that are long enough to be pulled at. */
  handles(area: Area): Handle[] {
    return area.flatMap((ring, r) => ring.flatMap((at, index) => {
      const corner = { ring: r, index };
      const [a, b] = [this.map.project(at), this.map.project(ring[(index + 1) % ring.length]!)];
      const handle: Handle = { at, corner, isMiddle: false };
      return Math.hypot(a.x - b.x, a.y - b.y) < EDGE_PX ? [handle] : [handle, { at: middle(area, corner), corner, isMiddle: true }];
    }));
  }

  private near(event: MapMouseEvent | MapTouchEvent, withinPx: number): Handle | null {
    if (this.hand === null) return null;
    let [best, bestPx]: [Handle | null, number] = [null, withinPx];
    for (const handle of this.handles(this.hand.area())) {
      const { x, y } = this.map.project(handle.at);
      // A corner beside a middle is meant.
      const px = Math.hypot(x - event.point.x, y - event.point.y) + (handle.isMiddle ? 1 : 0);
      if (px < bestPx) [best, bestPx] = [handle, px];
    }
    return best;
  }

  private down(event: MapMouseEvent | MapTouchEvent, withinPx: number): void {
    if (event.type === "mousedown" && (event.originalEvent as MouseEvent).button !== 0) return;
    const handle = this.near(event, withinPx);
    if (handle === null || this.hand === null) return;
    event.preventDefault();
    const corner = handle.isMiddle ? { ring: handle.corner.ring, index: handle.corner.index + 1 } : handle.corner;
    const area = handle.isMiddle ? added(this.hand.area(), corner, handle.at) : this.hand.area();
    this.pulled = { area, corner, isNew: handle.isMiddle };
    if (!handle.isMiddle) this.hand.choose(corner);
  }

  private move(event: MapMouseEvent | MapTouchEvent): void {
    if (this.pulled === null || this.hand === null) {
      if (this.hand !== null && event.type === "mousemove") this.map.getCanvas().classList.toggle("is-over", this.near(event, MOUSE_PX) !== null);
      return;
    }
    const at: LonLat = [event.lngLat.lng, event.lngLat.lat];
    this.pulled = { ...this.pulled, area: moved(this.pulled.area, this.pulled.corner, at) };
    this.hand.pull(this.pulled.area);
  }

  private up(): void {
    const { pulled, hand } = this;
    this.pulled = null;
    if (pulled === null || hand === null) return;
    const isSame = JSON.stringify(pulled.area) === JSON.stringify(hand.area());
    if (!isSame) hand.letGo(pulled.area);
    if (!isSame && pulled.isNew) hand.choose(pulled.corner);
  }

  private remove(event: MapMouseEvent): void {
    const handle = this.near(event, MOUSE_PX);
    if (handle === null || handle.isMiddle) return;
    event.preventDefault();
    this.hand?.remove(handle.corner);
  }
}
