/** The desk's REST calls; every refusal becomes an error whose message a person can read. */

import type { Decision, Desk, Incident, Outlook, Place, Sensor, ViewName, ZoneProperties } from "./model";
import type { AlarmLogItem } from "./alarm/types";
import type { Shift } from "./shift/types";
import type { Hypotheses } from "./warn/types";
import type { AssetKind, SearchPlan } from "./plan/types";
import { rootUrl } from "./root";

const TIMEOUT_MS = 10_000;
/** A search is worked out anew when it is asked for. */
const SEARCH_TIMEOUT_MS = 90_000;

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

async function call<T>(path: string, init: RequestInit = {}, timeoutMs = TIMEOUT_MS): Promise<T> {
  let response: Response;
  try {
    response = await fetch(rootUrl(path), { ...init, signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new Error("The server did not answer.", { cause });
  }
  const text = await response.text();
  if (!response.ok) throw new Refused(reasonOf(text) ?? `The server answered ${response.status}.`, response.status);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

function reasonOf(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) {
      const { error, detail } = body as { error?: unknown; detail?: unknown };
      if (typeof error === "string") return error;
      if (typeof detail === "string") return detail;
    }
  } catch {
    // A proxy's page, not ours: the status says enough.
  }
  return undefined;
}

const ofSearch = (id: string): string => `api/incidents/${encodeURIComponent(id)}/search`;

function send<T>(method: string, path: string, body?: unknown, timeoutMs?: number): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  return call<T>(path, init, timeoutMs);
}

export type Zones = GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, ZoneProperties>;
export type Sensors = GeoJSON.FeatureCollection<GeoJSON.Point | null, Sensor>;

export const api = {
  desk: () => call<Desk>("api/desk"),
  zones: () => call<Zones>("api/map/zones.geojson"),
  sensors: () => call<Sensors>("api/map/sensors.geojson"),
  places: () => call<Place[]>("api/map/places.json"),
  outlook: (trackId: number, view: ViewName) => call<Outlook>(`api/tracks/${trackId}/outlook?view=${view}`),
  incident: (id: string) => call<Incident>(`api/incidents/${encodeURIComponent(id)}`),
  hypotheses: (id: string, view: ViewName) => call<Hypotheses[]>(`api/incidents/${encodeURIComponent(id)}/hypotheses?view=${view}`),
  shift: (view: ViewName) => call<Shift>(`api/shift?view=${view}`),
  alarmLog: (view: ViewName) => call<AlarmLogItem[]>(`api/alarms/log?view=${view}`),
  decide: (decision: Decision) => send<unknown>("POST", "api/decisions?view=live", decision),
  play: (view: ViewName, change: { speed?: number; is_paused?: boolean; jump_to_s?: number }) =>
    send<unknown>("POST", `api/view/${view}/play`, change),
  openReplay: (fromS: number | null) => send<unknown>("POST", "api/replay", { from_s: fromS }),
  closeReplay: () => send<unknown>("DELETE", "api/replay"),
  streamUrl: (view: ViewName) => rootUrl(`api/stream?view=${view}`),
  search: (id: string, view: ViewName, trackId: number | null) =>
    call<SearchPlan>(`${ofSearch(id)}?view=${view}${trackId === null ? "" : `&track_id=${trackId}`}`, {}, SEARCH_TIMEOUT_MS),
  searchFileUrl: (id: string, view: ViewName, format: string, more: Record<string, string>) =>
    rootUrl(`${ofSearch(id)}/export/${format}?${new URLSearchParams({ view, ...more })}`),
  searchPageUrl: (id: string) => rootUrl(`search/${encodeURIComponent(id)}`),
  orderSearch: (id: string, officer: string, trackId: number) =>
    send<unknown>("POST", `${ofSearch(id)}/order`, { officer, track_id: trackId }, SEARCH_TIMEOUT_MS),
  postPaths: (id: string, gpx: string, about: { asset: AssetKind; sector: string; officer: string }) =>
    call<unknown>(`${ofSearch(id)}/tracks?${new URLSearchParams(about)}`, { method: "POST", body: gpx, headers: { "content-type": "application/gpx+xml" } }),
};
