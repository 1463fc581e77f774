// Keeps the verify page on the device, so that it opens with no network at all. The portal writes PORTAL
// (version, page, files) before this.
const PREFIX = "istmo-verify-";
const CACHE = `${PREFIX}${PORTAL.version}`;
const DATA_CACHE = "istmo-verify-data"; // the page's own
const PATIENCE = 4000; // milliseconds

addEventListener("install", (event) => {
  const all = [PORTAL.page, ...PORTAL.pages, ...PORTAL.files];
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(all)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => clients.claim()));
});

async function forgetOlder() {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE && name !== DATA_CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (PORTAL.files.includes(pathname)) event.respondWith(kept(pathname, request));
  else if (request.mode === "navigate") event.respondWith(visited(request, pathname));
});

const kept = async (path, request) => (await found(path)) ?? fetch(request);

const found = async (path) => (await caches.open(CACHE)).match(path, { ignoreVary: true, ignoreSearch: true });

/** The page from the portal if it answers in time, else the one kept; a licence's address opens the page too. */
async function visited(request, pathname) {
  const own = [PORTAL.page, ...PORTAL.pages].includes(pathname);
  try {
    const answer = await Promise.race([fetch(request), late()]);
    if (answer.status >= 500) throw new Error("away");
    if (own && answer.ok && !answer.redirected) await (await caches.open(CACHE)).put(pathname, answer.clone());
    return answer;
  } catch {
    return (await found(own ? pathname : PORTAL.page)) ?? Response.error();
  }
}

const late = () => new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));
