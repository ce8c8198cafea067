// Lets the search page open without signal: the newest copy from the network, else the last one that was kept.
// Plans, letters and photographs are not here: the page keeps them itself.
const CACHE = "sargas-search-1";
/** Names below assets/ carry a hash of their content: one that is kept is never out of date. */
const ASSETS_MAX = 60;
const SLOW_MS = 5_000;
const ROOT = new URL("./", self.location.href);
const SHELL = new URL("search/", ROOT).href;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  const { keep } = event.data ?? {};
  if (!Array.isArray(keep)) return;
  const own = keep.filter((url) => typeof url === "string" && url.startsWith(ROOT.href));
  event.waitUntil(keepAll(own).then((isKept) => event.ports[0]?.postMessage(isKept)));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(ROOT.href)) return;
  const path = request.url.slice(ROOT.href.length).split("?")[0];
  if (request.mode === "navigate") event.respondWith(newest(request, SHELL));
  else if (path.startsWith("assets/")) event.respondWith(kept(request));
  else if (path.startsWith("api/map/") || path === "icon.svg" || !path.startsWith("api/")) event.respondWith(newest(request, request.url));
});

async function keepAll(urls) {
  const cache = await caches.open(CACHE);
  const kept = await Promise.all(urls.map(async (url) => {
    const key = isPage(url) ? SHELL : url;
    try {
      const has = async () => (await cache.match(key, { ignoreVary: true })) !== undefined;
      if (isAsset(url) && (await has())) return true;
      const response = await fetch(url).catch(() => null);
      // Where nobody is signed in any more, the page to sign in would come in its place.
      const isOwn = response?.ok === true && !response.redirected;
      if (isOwn) await cache.put(key, response);
      // Without signal just now, an older copy will do.
      return isOwn || has();
    } catch {
      return false;
    }
  }));
  const assets = (await cache.keys()).filter((request) => isAsset(request.url));
  await Promise.all(assets.slice(0, Math.max(0, assets.length - ASSETS_MAX)).map((request) => cache.delete(request)));
  return kept.every(Boolean);
}

const isAsset = (url) => url.startsWith(new URL("assets/", ROOT).href);
const isPage = (url) => url.startsWith(SHELL);

async function kept(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request.url, { ignoreVary: true });
  if (found !== undefined) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request.url, response.clone());
  return response;
}

/** The network's answer if it comes in time, else the kept one, else the network's after all. */
async function newest(request, key) {
  const cache = await caches.open(CACHE);
  const asked = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(key, response.clone());
    return response;
  });
  const slow = new Promise((done) => setTimeout(done, SLOW_MS, null));
  const first = await Promise.race([asked.catch(() => null), slow]);
  if (first !== null && first.status < 500 && first.status !== 401) return first;
  const found = await cache.match(key, { ignoreVary: true });
  return found ?? asked;
}
