/** Where the map's worker is: apart from the map itself, which is large and may come later. */

import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

export const WORKER_URL = new URL(workerUrl, document.baseURI).href;
