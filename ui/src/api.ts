/** The desk's REST calls; every refusal becomes an error whose message a person can read. */

import type { Decision, Desk, Incident, Outlook, Place, Sensor, ViewName, ZoneProperties } from "./model";

const TIMEOUT_MS = 10_000;

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(new URL(path, document.baseURI), { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new Error("The server did not answer.", { cause });
  }
  const text = await response.text();
  if (!response.ok) throw new Error(reasonOf(text) ?? `The server answered ${response.status}.`);
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

function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  return call<T>(path, init);
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
  decide: (decision: Decision) => send<unknown>("POST", "api/decisions?view=live", decision),
  play: (view: ViewName, change: { speed?: number; is_paused?: boolean; jump_to_s?: number }) =>
    send<unknown>("POST", `api/view/${view}/play`, change),
  openReplay: (fromS: number | null) => send<unknown>("POST", "api/replay", { from_s: fromS }),
  closeReplay: () => send<unknown>("DELETE", "api/replay"),
  streamUrl: (view: ViewName) => new URL(`api/stream?view=${view}`, document.baseURI).href,
};
