/** The search as the page handles it: opened and closed, kept up to date, drawn, and places picked on the map for it. */

import { selectedIncident, type Desk, type SearchActions } from "./desk";
import { h } from "./dom";
import type { LonLat } from "./geo";
import type { Layout } from "./layout";
import type { AirMap } from "./map/airmap";
import { boundsOfPlan, searchFeatures } from "./plan/features";
import type { SearchPlan } from "./plan/types";
import { Searching } from "./searching";

export interface SearchHost {
  readonly desk: Desk;
  layout(): Layout;
  /** Null until the map is there. */
  map(): AirMap | null;
  stopFollowing(): void;
}

export class SearchHand implements SearchActions {
  private shown = "";
  private drawn: { plan: SearchPlan | null; sector: string } | null = null;
  private picking: ((at: LonLat | null) => void) | null = null;

  constructor(private readonly host: SearchHost) {}

  get isPicking(): boolean {
    return this.picking !== null;
  }

  open(): void {
    const { desk } = this.host;
    const incident = selectedIncident(desk);
    if (!Searching.canSearch(incident)) return desk.say("This incident has lost no track: there is nothing to search for.");
    desk.warning.close();
    desk.searching.open(incident!.incident_id);
    this.host.layout().showDetail();
    desk.redraw();
  }

  close(): void {
    this.picking?.(null);
    this.host.desk.searching.close();
    this.host.desk.redraw();
  }

  togglePin(): void {
    const { desk } = this.host;
    desk.searching.isPinned = !desk.searching.isPinned;
    desk.redraw();
  }

  highlight(sector: string): void {
    const { searching } = this.host.desk;
    if (searching.hovered === sector) return;
    searching.hovered = sector;
    this.draw();
  }

  show(bounds: [number, number, number, number]): void {
    this.host.stopFollowing();
    this.host.map()?.show(bounds, this.host.layout().covered());
  }

  /** Choose the sector that was clicked, or let go of it. */
  choose(sector: string): void {
    const { desk } = this.host;
    desk.searching.chosen = desk.searching.chosen === sector ? "" : sector;
    desk.redraw();
  }

  pickPlace(what: string): Promise<LonLat | null> {
    this.picking?.(null);
    const layout = this.host.layout();
    if (this.host.map() === null) {
      this.host.desk.say("There is no map to place it on.", "error");
      return Promise.resolve(null);
    }
    const leave = h("button", { class: "linklike", type: "button", on: { click: () => this.picked(null) } }, "Never mind");
    const prompt = h("div", { class: "toast picking", role: "status" }, `Click on the map ${what}. `, h("kbd", {}, "Esc"), leave);
    layout.toasts.append(prompt);
    layout.showMap();
    document.body.classList.add("is-picking");
    return new Promise((done) => {
      this.picking = (at) => {
        this.picking = null;
        prompt.remove();
        document.body.classList.remove("is-picking");
        layout.showDetail();
        done(at);
      };
    });
  }

  /** The officer clicked there, or thought better of it. */
  picked(at: LonLat | null): void {
    this.picking?.(at);
  }

  /** Ask for the plan when it is due, draw it, and bring it into view when it is first there. */
  keep(): void {
    const { searching, picture, view } = this.host.desk;
    const incident = picture.incidents.get(searching.incidentId);
    if (incident !== undefined && Searching.canSearch(incident)) void searching.keep(incident, view);
    else if (searching.incidentId !== "") searching.forget();
    this.draw();
    const { plan } = searching;
    const shown = plan === null ? "" : `${plan.incident_id} ${plan.track_id}`;
    if (shown === this.shown) return;
    this.shown = shown;
    if (plan !== null && searching.isPanelOpen) this.show(boundsOfPlan(plan, 0.5, [[plan.loss.track.lon_deg, plan.loss.track.lat_deg]]));
  }

  private draw(): void {
    const { plan, hovered, chosen } = this.host.desk.searching;
    const [map, sector] = [this.host.map(), hovered || chosen];
    if (map === null || (this.drawn?.plan === plan && this.drawn.sector === sector)) return;
    this.drawn = { plan, sector };
    map.drawSearch(plan === null ? null : searchFeatures(plan, { sector }));
  }
}
