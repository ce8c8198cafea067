/** The page without signal: a service worker keeps its files and the map's ground. */

import { WORKER_URL } from "../map/workerurl";
import { rootUrl } from "../root";

/** How long the worker may take: the map's files are a megabyte, and the signal may be weak. */
const KEEP_MS = 120_000;

export type Offline = "ready" | "insecure" | "failed";

/** Return whether the page can be opened again without signal from now on. */
export async function prepareOffline(): Promise<Offline> {
  if (!window.isSecureContext || !("serviceWorker" in navigator)) return "insecure";
  try {
    await navigator.serviceWorker.register(rootUrl("search-worker.js"), { scope: rootUrl("search/") });
    const { active } = await navigator.serviceWorker.ready;
    return active !== null && (await isKept(active)) ? "ready" : "failed";
  } catch {
    return "failed";
  }
}

/** Return whether the worker has all of the page, once it says so. */
function isKept(worker: ServiceWorker): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data === true);
    window.setTimeout(() => done(false), KEEP_MS);
    worker.postMessage({ keep: ownFiles() }, [port2]);
  });
}

/** What was loaded before the worker was there: it fetches that again, from the browser's own cache. */
function ownFiles(): string[] {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name).filter((url) => url.startsWith(rootUrl("")));
  const ground = ["api/map/zones.geojson", "api/map/places.json", "icon.svg"].map(rootUrl);
  return [...new Set([location.href, WORKER_URL, ...ground, ...loaded.filter((url) => !url.startsWith(rootUrl("api/")))])];
}
