/** Where everything stands on the page. */

import type { Desk } from "./desk";
import { h } from "./dom";
import { AlarmPanel } from "./panels/alarm";
import { Banners } from "./panels/banners";
import { HealthPanel } from "./panels/health";
import { IncidentPanel } from "./panels/incident";
import { Playbar } from "./panels/playbar";
import { layersPopover } from "./panels/popovers";
import { QueuePanel } from "./panels/queue";
import { SearchKey } from "./panels/search/key";
import { SearchPanel } from "./panels/search/panel";
import { sheetHandle } from "./panels/sheet";
import { toolButton } from "./panels/signs";
import { Topbar, type TopbarActions } from "./panels/topbar";
import { TrackPanel } from "./panels/track";
import { WarningPanel } from "./panels/warning/panel";
import { WordsPanel } from "./panels/words";
import { rootUrl } from "./root";
import type { SoundState } from "./sound";
import type { Link } from "./stream";

export interface LayoutActions extends TopbarActions {
  closeReplay(): void;
  showLayers(): void;
  showPlace(lonDeg: number, latDeg: number): void;
}
export interface LayoutState {
  link: Link;
  quietMs: number;
  sound: SoundState;
}
export interface Layout {
  element: HTMLElement;
  map: HTMLElement;
  layers: HTMLElement;
  toasts: HTMLElement;
  /** For a screen reader: what must be heard at once, and what may wait its turn. */
  announce: HTMLElement;
  tell: HTMLElement;
  queue: QueuePanel;
  incident: IncidentPanel;
  track: TrackPanel;
  playbar: Playbar;
  render(state: LayoutState): void;
  /** On a phone, pull the sheet up far enough to read the detail. */
  showDetail(): void;
  /** On a phone, push the sheet down so that the map can be touched. */
  showMap(): void;
  isPhone(): boolean;
  /** How much of the map's right side and of its bottom is covered, in pixels. */
  covered(): { right: number; bottom: number };
}

export function buildLayout(desk: Desk, actions: LayoutActions): Layout {
  const topbar = new Topbar(desk, actions);
  const banners = new Banners(desk, () => actions.closeReplay());
  const [queue, health, incident, search, track, playbar] = [
    new QueuePanel(desk), new HealthPanel(desk), new IncidentPanel(desk), new SearchPanel(desk), new TrackPanel(desk), new Playbar(desk),
  ];
  const [warning, alarm] = [new WarningPanel(desk), new AlarmPanel(desk)];
  const key = new SearchKey(desk);
  const map = h("div", { class: "map", role: "region", aria: { label: "Map of the air picture" } });
  const layers = layersPopover(desk, () => actions.showLayers());
  const toasts = h("div", { class: "toasts" });
  const announce = h("div", { class: "sr-only", role: "alert", aria: { live: "assertive" } });
  const tell = h("div", { class: "sr-only", role: "status", aria: { live: "polite" } });
  const close = toolButton("close", "Close (Esc)", () => desk.select(null));
  close.classList.add("detail-close");
  const detail = h("aside", { class: "detail", aria: { label: "Detail" } }, close, incident.element, warning.element, search.element, track.element, alarm.element);
  const sheet = h("aside", { class: "side", data: { height: "peek" } });
  const pages = h("nav", { class: "pages", aria: { label: "Other pages" } },
    h("a", { href: rootUrl("shift"), target: "_blank", rel: "noopener" }, "Shift and log"), h("a", { href: rootUrl("register"), target: "_blank", rel: "noopener" }, "Register"), h("a", { href: rootUrl("wall"), target: "_blank", rel: "noopener" }, "Wall"),
    desk.me.is_open ? null : h("button", { class: "account", type: "button", on: { click: () => actions.changeOfficer() } }, desk.me.name));
  sheet.append(sheetHandle(sheet), detail, queue.element, health.element, pages);
  const words = new WordsPanel(desk, actions.showPlace);
  const credit = h("div", { class: "map-credit" }, "© OpenStreetMap · GeoNames");
  const stage = h("div", { class: "stage" }, map, credit, words.element, key.element, layers, toasts, playbar.element);
  const element = h("div", { class: "page" }, topbar.element, banners.element, h("main", { class: "body" }, sheet, stage), announce, tell);

  return {
    element, map, layers, toasts, announce, tell, queue, incident, track, playbar,
    render({ link, quietMs, sound }) {
      topbar.render(sound);
      banners.render(link, quietMs);
      queue.render();
      health.render();
      playbar.render();
      words.render();
      const hasSearch = search.render();
      key.render();
      const hasWarning = warning.render();
      const hasIncident = incident.render();
      if (hasSearch || hasWarning) incident.element.hidden = true;
      const hasTrack = track.render();
      const hasAlarm = alarm.render();
      detail.hidden = !hasIncident && !hasTrack && !hasAlarm;
      const shown = detail.hidden ? "" : `${desk.selection?.kind} ${desk.selection?.id} ${hasSearch} ${hasWarning}`;
      if (detail.dataset["shown"] !== shown) {
        detail.dataset["shown"] = shown;
        detail.scrollTop = 0;
        // Whoever cannot see the panel is led to it; whoever can keeps the keys.
        if (hasWarning) warning.element.focus({ preventScroll: true });
      }
      document.body.classList.toggle("has-warning", hasWarning);
      document.body.classList.toggle("is-shaping", hasWarning && desk.warnings.isEditingArea);
      document.body.classList.toggle("has-detail", !detail.hidden);
      document.body.classList.toggle("has-alarm", queue.hasUnseen);
    },
    isPhone: () => getComputedStyle(sheet).position === "absolute",
    showDetail() {
      if (sheet.dataset["height"] === "peek") sheet.dataset["height"] = "half";
    },
    showMap() {
      sheet.dataset["height"] = "peek";
    },
    covered() {
      if (detail.hidden || (document.body.classList.contains("is-shaping") && getComputedStyle(detail).position !== "absolute")) return { right: 0, bottom: 0 };
      if (getComputedStyle(detail).position === "absolute") return { right: detail.offsetWidth, bottom: 0 };
      // The sheet of a phone is still growing to half of the page when this is asked.
      return { right: 0, bottom: Math.max(0, 0.58 * element.clientHeight - (element.clientHeight - map.clientHeight - 80)) };
    },
  };
}
