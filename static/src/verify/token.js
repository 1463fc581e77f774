// Reads and verifies licence tokens and status snapshots with nothing but the browser: the same rules as
// portal/offline/verify_token.py. There is one way to write a token; whatever is written otherwise is refused.
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-:";
const STATES = ["valid", "not-yet-valid", "expired", "exhausted", "suspended", "revoked", "surrendered", "replaced"];
const LICENCE = "istmo-licence-1";
const SNAPSHOT = "istmo-snapshot-1";
const FORMATS = [1];
const SNAPSHOT_FORMATS = [1, 2]; // the first said nothing beside states and what remains
const LONGEST_TOKEN = 1000;
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n; // of the curve P-256
const CLOCKS_DIFFER = 300; // seconds

class NotGenuine extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const unreadable = () => new NotGenuine("unreadable");

function bytesIn(text) {
  const token = text.trim().split("/").pop();
  const rest = token.length % 3;
  if (!token || rest === 1 || token.length > LONGEST_TOKEN) throw unreadable();
  const bytes = [];
  for (let at = 0; at + 3 <= token.length; at += 3) bytes.push(...group(token.slice(at, at + 3), 2));
  if (rest) bytes.push(...group(token.slice(-2), 1));
  return Uint8Array.from(bytes);
}

function group(letters, size) {
  let number = 0;
  for (const letter of [...letters].reverse()) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw unreadable();
    number = number * ALPHABET.length + digit;
  }
  if (number >= 256 ** size) throw unreadable();
  return size === 2 ? [number >> 8, number & 255] : [number];
}

function head(major, number) {
  if (number < 24) return [(major << 5) | number];
  for (const [index, size] of [1, 2, 4, 8].entries()) {
    if (number < 256 ** size) {
      const bytes = [(major << 5) | (24 + index)];
      for (let place = size - 1; place >= 0; place--) bytes.push(Math.floor(number / 256 ** place) % 256);
      return bytes;
    }
  }
  throw unreadable();
}

// Reads the CBOR that is used here: whole numbers, bytes, texts, arrays and maps, in their one form.
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(size) {
    const end = this.at + size;
    if (end > this.bytes.length) throw unreadable();
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  head() {
    const start = this.at;
    const [first] = this.take(1);
    const major = first >> 5;
    let number = first & 31;
    if (number > 27) throw unreadable();
    if (number >= 24) number = this.take(1 << (number - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
    if (!Number.isSafeInteger(number)) throw unreadable();
    const shortest = head(major, number);
    if (shortest.length !== this.at - start) throw unreadable();
    return [major, number];
  }

  item(depth = 0) {
    const [major, number] = this.head();
    if (depth > 6 || major > 5 || (major > 1 && number > this.bytes.length)) throw unreadable();
    if (major < 2) return major ? -1 - number : number;
    if (major === 2) return this.take(number);
    if (major === 3) return text(this.take(number));
    if (major === 4) return Array.from({ length: number }, () => this.item(depth + 1));
    return this.map(number, depth);
  }

  map(size, depth) {
    const found = new Map();
    for (let one = 0; one < size; one++) {
      const name = this.item(depth + 1);
      if (typeof name !== "number" || found.has(name)) throw unreadable();
      found.set(name, this.item(depth + 1));
    }
    return found;
  }
}

function text(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable();
  }
}

function allOf(bytes) {
  const reader = new Reader(bytes);
  const item = reader.item();
  if (reader.at !== bytes.length) throw unreadable();
  return item;
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function openSign1(bytes, kind, keys) {
  if (bytes[0] !== 0xd2 || bytes[1] !== 0x84) throw unreadable();
  const [protectedPart, unprotected, payload, signature] = allOf(bytes.subarray(1));
  const areBytes = [protectedPart, payload, signature].every((part) => part instanceof Uint8Array);
  if (!areBytes || !(unprotected instanceof Map) || unprotected.size) throw unreadable();
  const headers = allOf(protectedPart);
  const kid = headers instanceof Map ? headers.get(4) : null;
  if (!(kid instanceof Uint8Array) || headers.size !== 2 || headers.get(1) !== -7) throw unreadable();
  if (signature.length !== 64) throw unreadable();
  const key = keys.find((one) => one.kid === hex(kid));
  if (!key) throw new NotGenuine("unknown-key");
  // Of the two signatures that arithmetic allows for each, only the one with the lower half is taken.
  if (BigInt(`0x${hex(signature.subarray(32))}`) > ORDER / 2n) throw new NotGenuine("wrong-signature");
  const signed = sigStructure(protectedPart, kind, payload);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  if (!(await crypto.subtle.verify(algorithm, await imported(key), signature, signed))) {
    throw new NotGenuine("wrong-signature");
  }
  return { said: allOf(payload), key };
}

function sigStructure(protectedPart, kind, payload) {
  const bytes = [...head(4, 4), ...head(3, 10), ...new TextEncoder().encode("Signature1")];
  const parts = [protectedPart, new TextEncoder().encode(kind), payload];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 9, bytes.length));
  let at = 0;
  const put = (some) => {
    whole.set(some, at);
    at += some.length;
  };
  put(bytes);
  for (const part of parts) {
    put(head(2, part.length));
    put(part);
  }
  return whole.subarray(0, at);
}

const importedKeys = new Map();

function imported(key) {
  if (!importedKeys.has(key.kid)) {
    const { kty, crv, x, y } = key;
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    importedKeys.set(key.kid, crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, ["verify"]));
  }
  return importedKeys.get(key.kid);
}

function checkKey(key, issuedAt) {
  if (key.revoked) throw new NotGenuine("key-revoked");
  if (issuedAt < key.nbf || issuedAt >= key.exp) throw new NotGenuine("key-not-valid-then");
}

function checkFormat(said, known) {
  if (!Array.isArray(said) || !known.includes(said[0])) throw new NotGenuine("unknown-format");
}

const dayOf = (days) => new Date(days * 86_400_000).toISOString().slice(0, 10);

/** What a QR code says, if the authority signed it. `keys` are those of a JWK set. Throws NotGenuine. */
async function verifyToken(written, keys) {
  const { said, key } = await openSign1(bytesIn(written), LICENCE, keys);
  checkFormat(said, FORMATS);
  const [, number, edition, holder, first, last, issuedAt, state, digest, lineCount, lines] = said;
  checkKey(key, issuedAt);
  return {
    number,
    edition,
    holder,
    validFrom: dayOf(first),
    validTo: dayOf(last),
    issuedAt,
    stateAtIssue: STATES[state],
    dataSha256: hex(digest),
    lineCount,
    lines: lines.map(([line, controlCode, hsCode, quantity, unit, description]) => ({
      line,
      controlCode,
      hsCode,
      quantity,
      unit,
      description,
    })),
  };
}

/** What a licence that is in force asks for beside the goods. */
const askedIn = (said = new Map()) => ({
  receivers: said.get(1) ?? [],
  destination: said.get(2) ?? "",
  ports: said.get(3) ?? [],
  regimes: said.get(4) ?? [],
  firstDay: said.has(5) ? dayOf(said.get(5)) : "",
  lastDay: said.has(6) ? dayOf(said.get(6)) : "",
  namedOnly: Boolean(said.get(7)),
  most: new Map(said.get(8) ?? []),
  conditions: said.get(9) ?? 0,
  replacedBy: said.get(10) ?? "",
});

/** The token somebody pasted, without line breaks and blanks and what stood before it, in capitals. */
const tidied = (text) => text.replace(/\s+/gu, "").toUpperCase().split("/V/").pop();

/** A status snapshot, if the authority signed it. Look whether it is over. Throws NotGenuine. */
async function verifySnapshot(bytes, keys) {
  const { said, key } = await openSign1(bytes, SNAPSHOT, keys);
  checkFormat(said, SNAPSHOT_FORMATS);
  const [, issuedAt, expiresAt, rows] = said;
  checkKey(key, issuedAt);
  const licences = new Map(
    rows.map(([number, state, lines, said]) => [number, { state: STATES[state], lines, asked: askedIn(said) }]),
  );
  return { issuedAt, expiresAt, licences };
}

const isOver = (snapshot, now) => snapshot.issuedAt > now + CLOCKS_DIFFER || now >= snapshot.expiresAt;

/** What a genuine token is worth: `today` is the day in the country, `now` in seconds since 1970. */
function judge(token, snapshot, today, now) {
  if (today > token.validTo) return "expired";
  if (today < token.validFrom) return "not-yet-valid";
  if (!snapshot) return "no-snapshot";
  if (isOver(snapshot, now)) return "snapshot-over";
  const status = snapshot.licences.get(token.number);
  if (!status) return "not-in-snapshot";
  const isUsedUp = status.lines.some(([, remaining]) => Number(remaining) <= 0);
  return status.state === "valid" && isUsedUp ? "some-used-up" : status.state;
}
