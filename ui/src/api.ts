/** The desk's REST calls; every refusal becomes an error whose message a person can read. */

import type { Decision, Desk, Incident, Outlook, Place, Sensor, ViewName, ZoneProperties } from "./model";
import type { AlarmLogItem } from "./alarm/types";
import type { CaseWork, Content, Purpose } from "./file/types";
import type { Shift } from "./shift/types";
import type { Hypotheses } from "./warn/types";
import type { AssetKind, SearchPlan } from "./plan/types";
import type { Imported, RegisterPage, RegisterRecord, Statistics, StatisticsKey } from "./register/types";
import { proof, type Me } from "./me";
import { rootUrl } from "./root";
import { tellSignedOut } from "./signedout";

const TIMEOUT_MS = 10_000;
const SIGN_IN = "api/sign-in";
/** A search is worked out anew when it is asked for. */
const SEARCH_TIMEOUT_MS = 90_000;
/** A photograph from the field, on a thin line. */
const CONTENT_TIMEOUT_MS = 600_000;

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

async function call<T>(path: string, init: RequestInit = {}, timeoutMs = TIMEOUT_MS): Promise<T> {
  let response: Response;
  try {
    // A session may have begun in another tab since: the proof is that of the cookie now.
    const headers = init.method === undefined ? init.headers : { ...init.headers, ...proof() };
    response = await fetch(rootUrl(path), { ...init, ...(headers === undefined ? {} : { headers }), signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new Error("The server did not answer.", { cause });
  }
  const text = await response.text();
  if (response.status === 401 && path !== SIGN_IN && path !== "api/me/password") void checkSignedIn();
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

/** Say so if the session is over: a stream that ends does not tell why. */
export async function checkSignedIn(): Promise<void> {
  const isIn = async (): Promise<boolean> => {
    const me = await api.me();
    return me.is_open || me.name !== "";
  };
  if (!(await isIn().catch(() => true))) tellSignedOut(isIn);
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

/** Return the content of evidence and how its file is called; that it was asked for is logged under the officer's name. */
async function evidence(id: string, evidenceId: string, how: { isFrames: boolean; purpose: Purpose; officer: string }): Promise<{ content: Blob; name: string }> {
  const path = `api/incidents/${encodeURIComponent(id)}/evidence/${encodeURIComponent(evidenceId)}${how.isFrames ? "/frames" : ""}`;
  return fileAt(`${path}?${new URLSearchParams({ purpose: how.purpose, officer: how.officer })}`, evidenceId);
}

/** Return the dossier of an incident and how its file is called. */
async function dossier(id: string, ordered: { version: string; language: string; form: string; addressee: string }, officer: string): Promise<{ content: Blob; name: string }> {
  const query = new URLSearchParams({ version: ordered.version, format: ordered.form, addressee: ordered.addressee, officer });
  if (ordered.language !== "") query.set("language", ordered.language);
  return fileAt(`api/incidents/${encodeURIComponent(id)}/dossier?${query}`, id);
}

async function fileAt(path: string, otherwise: string): Promise<{ content: Blob; name: string }> {
  let response: Response;
  try {
    response = await fetch(rootUrl(path), { signal: AbortSignal.timeout(CONTENT_TIMEOUT_MS) });
  } catch (cause) {
    throw new Error("The server did not answer.", { cause });
  }
  if (response.status === 401) void checkSignedIn();
  if (!response.ok) throw new Refused(reasonOf(await response.text()) ?? `The server answered ${response.status}.`, response.status);
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { content: await response.blob(), name: name === undefined ? otherwise : decodeURIComponent(name) };
}

export const api = {
  me: () => call<Me>("api/me"),
  signIn: (name: string, password: string) => send<Me>("POST", SIGN_IN, { name, password }),
  signOut: () => send<unknown>("POST", "api/sign-out"),
  changePassword: (old: string, fresh: string) => send<Me>("POST", "api/me/password", { old, new: fresh }),
  desk: () => call<Desk>("api/desk"),
  zones: () => call<Zones>("api/map/zones.geojson"),
  sensors: () => call<Sensors>("api/map/sensors.geojson"),
  places: () => call<Place[]>("api/map/places.json"),
  outlook: (trackId: number, view: ViewName) => call<Outlook>(`api/tracks/${trackId}/outlook?view=${view}`),
  incident: (id: string) => call<Incident>(`api/incidents/${encodeURIComponent(id)}`),
  hypotheses: (id: string, view: ViewName) => call<Hypotheses[]>(`api/incidents/${encodeURIComponent(id)}/hypotheses?view=${view}`),
  shift: (view: ViewName) => call<Shift>(`api/shift?view=${view}`),
  alarmLog: (view: ViewName) => call<AlarmLogItem[]>(`api/alarms/log?view=${view}`),
  register: (query: URLSearchParams, offset: number, limit: number) => call<RegisterPage>(`api/register?${new URLSearchParams([...query, ["offset", String(offset)], ["limit", String(limit)]])}`),
  registerRecord: (id: string) => call<RegisterRecord>(`api/register/${encodeURIComponent(id)}`),
  registerStatistics: (query: URLSearchParams, by: StatisticsKey) => call<Statistics>(`api/register/statistics?${new URLSearchParams([...query, ["by", by]])}`),
  importRegister: (file: File, officer: string, isDry: boolean) =>
    call<Imported>(`api/register?${new URLSearchParams({ officer, dry_run: String(isDry) })}`, { method: "POST", body: file, headers: { "content-type": file.name.endsWith(".csv") ? "text/csv" : "application/geo+json" } }, SEARCH_TIMEOUT_MS),
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
  evidence,
  dossier,
  caseWork: (id: string) => call<CaseWork>(`api/incidents/${encodeURIComponent(id)}/steps`),
  handIn: (content: Blob) => call<Content>("api/evidence", { method: "POST", body: content, headers: { "content-type": "application/octet-stream" } }, CONTENT_TIMEOUT_MS),
  searchPageUrl: (id: string) => rootUrl(`search/${encodeURIComponent(id)}`),
  orderSearch: (id: string, officer: string, trackId: number) =>
    send<unknown>("POST", `${ofSearch(id)}/order`, { officer, track_id: trackId }, SEARCH_TIMEOUT_MS),
  postPaths: (id: string, gpx: string, about: { asset: AssetKind; sector: string; officer: string }) =>
    call<unknown>(`${ofSearch(id)}/tracks?${new URLSearchParams(about)}`, { method: "POST", body: gpx, headers: { "content-type": "application/gpx+xml" } }),
};
