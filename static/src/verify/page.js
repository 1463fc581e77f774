// The verify page: scan, choose a picture or paste; one verdict; how old the list of states is.
const SNAPSHOT_URL = "/verify/snapshot";
const DATA_CACHE = "istmo-verify-data";
const PATIENCE = 4000; // milliseconds that the authority has to answer before the page judges alone
const FRAME = 250; // milliseconds between two looks through the camera
const KEYS_AGE = 240_000; // milliseconds

const area = document.getElementById("verify");
const facts = area ? JSON.parse(document.getElementById("verify-facts").textContent) : {};
const { locale } = facts;
const places = Object.fromEntries([...document.querySelectorAll("[data-place]")].map((p) => [p.dataset.place, p]));
let keys = facts.keys;
let keysAt = 0;
let snapshot = null;
let paper = 0; // counts the papers that were held up: an answer about an earlier one is never shown

const inCountry = (options) => new Intl.DateTimeFormat(locale, { timeZone: facts.zone, ...options });
const nowInSeconds = () => Math.floor(Date.now() / 1000);
// Canada writes days as 2026-03-03.
const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: facts.zone }).format(new Date());
const moment = (seconds) => inCountry({ dateStyle: "long", timeStyle: "short", hourCycle: "h23" }).format(new Date(seconds * 1000));
const day = (iso) =>
  new Intl.DateTimeFormat(locale, { timeZone: "UTC", dateStyle: "long" }).format(new Date(`${iso}T12:00Z`));
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");

async function answered(url, options = {}) {
  return fetch(url, { ...options, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
}

// --- what this device keeps ---

async function refreshKeys() {
  if (Date.now() - keysAt < KEYS_AGE) return;
  const answer = await answered("/api/v1/keys").catch(() => null);
  if (!answer?.ok) return;
  keys = (await answer.json()).keys;
  keysAt = Date.now();
}

/** Read the list this device kept, and fetch a newer one where somebody of customs is signed in. */
async function refreshSnapshot() {
  const kept = await caches.open(DATA_CACHE);
  const answer = await answered(SNAPSHOT_URL).catch(() => null);
  if (answer?.ok) {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const fetched = await verifySnapshot(bytes, keys).catch(() => null);
    if (fetched) await kept.put(SNAPSHOT_URL, new Response(bytes));
  }
  const stored = await kept.match(SNAPSHOT_URL);
  snapshot = stored ? await verifySnapshot(new Uint8Array(await stored.arrayBuffer()), keys).catch(() => null) : null;
  if (snapshot && isOver(snapshot, nowInSeconds())) await kept.delete(SNAPSHOT_URL);
  sayHowFresh();
}

function sayHowFresh() {
  const told = facts.freshness;
  places.fresh.replaceChildren();
  const over = snapshot && isOver(snapshot, nowInSeconds());
  const words = snapshot ? (over ? told.over : told.good) : told.none;
  const values = snapshot && {
    issued: moment(snapshot.issuedAt),
    expires: moment(snapshot.expiresAt),
    count: new Intl.NumberFormat(locale).format(snapshot.licences.size),
    age: ageOf(snapshot.issuedAt),
  };
  places.fresh.textContent = filled(words, values ?? {});
}

function ageOf(seconds) {
  const minutes = Math.max(0, Math.round((nowInSeconds() - seconds) / 60));
  const told = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  return minutes < 120 ? told.format(-minutes, "minute") : told.format(-Math.round(minutes / 60), "hour");
}

// --- verdict ---

async function decide(typed) {
  const mine = clear();
  const written = tidied(typed);
  let token;
  try {
    await refreshKeys();
    token = await verifyToken(written, keys);
  } catch (error) {
    if (!(error instanceof NotGenuine)) throw error;
    if (mine === paper) show(facts.verdicts[error.code], {});
    return;
  }
  const reason = judge(token, snapshot, today(), nowInSeconds());
  const next = statusOf(token.number)?.asked.replacedBy;
  const values = { first: day(token.validFrom), last: day(token.validTo), next };
  const told = await whatTheAuthoritySays(written);
  if (mine !== paper) return;
  show(told ?? facts.verdicts[reason], values);
  places.source.textContent = told ? filled(facts.source.online, { when: moment(nowInSeconds()) }) : sourceOf(reason);
  showToken(token);
}

function sourceOf(reason) {
  const fromSnapshot = snapshot && !["no-snapshot", "snapshot-over"].includes(reason);
  return fromSnapshot
    ? filled(facts.source.snapshot, { issued: moment(snapshot.issuedAt), age: ageOf(snapshot.issuedAt) })
    : facts.source.token;
}

/** The authority's own answer, or null where nobody answers in time. */
async function whatTheAuthoritySays(written) {
  const answer = await answered(`/V/${written}`, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

/** Take away what was said of the paper before, and return the number of this one. */
function clear() {
  for (const name of ["verdict", "next", "source", "result", "note"]) places[name].replaceChildren();
  places.result.hidden = true;
  paper += 1;
  return paper;
}

function show(verdict, values) {
  const shown = document.getElementById(`verdict-${verdict.tone}`).content.cloneNode(true);
  shown.querySelector(".app-verdict__word").textContent = verdict.word;
  shown.querySelector(".app-verdict__reason").textContent = filled(verdict.reason, values);
  places.verdict.replaceChildren(shown);
  places.next.textContent = verdict.next ?? "";
  places.verdict.scrollIntoView({ block: "start" });
  places.verdict.focus();
}

function showToken(token) {
  const shown = document.getElementById("token").content.cloneNode(true);
  const put = (name, value) => (shown.querySelector(`[data-said="${name}"]`).textContent = value);
  put("number", token.number);
  put("edition", token.edition);
  put("holder", token.holder);
  put("from", day(token.validFrom));
  put("to", day(token.validTo));
  put("issued", moment(token.issuedAt));
  showAsked(shown, statusOf(token.number)?.asked);
  const remaining = new Map(stateLines(token.number).map(([line, left, unit]) => [line, [left, unit]]));
  const rows = shown.querySelector("tbody");
  const pattern = rows.querySelector("tr");
  const most = statusOf(token.number)?.asked.most;
  rows.replaceChildren(
    ...token.lines.map((line) => row(pattern, line, remaining.get(line.line), most?.get(line.line))),
  );
  const missing = shown.querySelector("[data-said=missing]");
  missing.hidden = token.lines.length === token.lineCount;
  missing.textContent = filled(facts.missing, { shown: token.lines.length, all: token.lineCount });
  places.result.append(shown);
  places.result.hidden = false;
}

/** What the list of states says that the licence asks for beside the goods: a row for each. */
function showAsked(shown, asked) {
  const place = shown.querySelector("[data-place=asked]");
  place.hidden = !asked?.receivers.length && !asked?.conditions;
  if (place.hidden) return;
  const country = asked.destination && new Intl.DisplayNames(locale, { type: "region" }).of(asked.destination);
  const told = {
    receivers: asked.receivers.join("; "),
    named: asked.namedOnly ? facts.asked.named : "",
    destination: country,
    ports: asked.ports.map((code) => facts.ports[code] ?? code).join(", "),
    regimes: asked.regimes.map((code) => facts.regimes[code] ?? code).join(", "),
    days: [
      asked.firstDay && filled(facts.asked.from, { day: day(asked.firstDay) }),
      asked.lastDay && filled(facts.asked.until, { day: day(asked.lastDay) }),
    ]
      .filter(Boolean)
      .join(" "),
    conditions: asked.conditions ? filled(facts.asked.conditions, { count: asked.conditions }) : "",
  };
  for (const [name, words] of Object.entries(told)) {
    const cell = place.querySelector(`[data-asked="${name}"]`);
    cell.textContent = words;
    if (name !== "named") cell.closest(".govuk-summary-list__row").hidden = !words;
  }
}

function statusOf(number) {
  const usable = snapshot && !isOver(snapshot, nowInSeconds());
  return usable ? snapshot.licences.get(number) : null;
}

const stateLines = (number) => statusOf(number)?.lines ?? [];

function row(pattern, line, left, most) {
  const made = pattern.cloneNode(true);
  const put = (name, value) => (made.querySelector(`[data-cell="${name}"]`).textContent = value);
  put("line", line.line);
  put("description", line.description);
  put("hs", line.hsCode);
  put("control", line.controlCode || "–");
  put("quantity", amount(line.quantity, line.unit));
  put("remaining", left ? amount(...left) : "–");
  const limit = made.querySelector('[data-cell="most"]');
  limit.hidden = !most;
  limit.textContent = most ? filled(facts.asked.most, { amount: amount(most, line.unit) }) : "";
  return made;
}

// Digits as they were signed: a point for decimals, no rounding.
const amount = (quantity, unit) => {
  const [one, many] = facts.units[unit] ?? [unit, unit];
  return `${quantity} ${Number(quantity) === 1 ? one : many}`;
};

// --- ways in ---

const field = document.getElementById("id_token");
const scan = document.getElementById("scan");
const video = document.getElementById("camera");
const canvas = document.createElement("canvas");
let detector = null;
let stream = null;

async function codeIn(source, width, height) {
  if (detector) return (await detector.detect(source))[0]?.rawValue ?? null;
  const scale = Math.min(1, 1600 / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    return null; // no code in this picture
  }
}

async function look() {
  while (stream) {
    const code = video.videoWidth ? await codeIn(video, video.videoWidth, video.videoHeight) : null;
    if (code) {
      stop();
      take(code);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, FRAME));
  }
}

async function start() {
  clear();
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch {
    places.note.textContent = facts.camera.refused;
    return;
  }
  video.hidden = false;
  video.srcObject = stream;
  await video.play();
  scan.textContent = facts.camera.stop;
  look();
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.hidden = true;
  scan.textContent = facts.camera.start;
}

function take(code) {
  field.value = code;
  decide(code);
}

async function readPicture(file) {
  const mine = clear();
  const picture = await createImageBitmap(file).catch(() => null);
  const code = picture && (await codeIn(picture, picture.width, picture.height));
  if (mine !== paper) return;
  if (code) take(code);
  else places.note.textContent = facts.camera.nothing;
}

async function chooseDetector() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => []);
  if (formats?.includes("qr_code")) detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
}

function wake() {
  const form = document.getElementById("verify-form");
  const chooser = document.getElementById("picture");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) {
      decide(field.value);
      return;
    }
    clear();
    places.note.textContent = facts.empty;
    field.focus();
  });
  chooser.addEventListener("change", () => chooser.files[0] && readPicture(chooser.files[0]));
  scan.addEventListener("click", () => (stream ? stop() : start()));
  scan.hidden = !navigator.mediaDevices?.getUserMedia;
  document.getElementById("picture-group").hidden = false;
  document.addEventListener("visibilitychange", () => document.hidden && stop());
  addEventListener("online", refreshSnapshot);
}

async function begin() {
  if ("serviceWorker" in navigator) {
    for (const scope of ["/verify/", "/V/"]) navigator.serviceWorker.register("/verify/worker.js", { scope });
  }
  if (!area) return; // the page of an answer, which is complete
  wake();
  await Promise.all([chooseDetector(), refreshSnapshot()]);
  if (location.pathname.startsWith("/V/")) take(location.href);
  area.dataset.ready = "";
}

begin();
