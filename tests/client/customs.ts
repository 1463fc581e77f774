// A customs system in another language: everything it knows of the interface is in the types that were
// generated from its description. Compiled strictly, so a description that says too little does not pass.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
type Message = Schemas["BatchMessageRequest"];
type ReasonCode = Schemas["ReasonCode"];

/** What an officer at the dock should do about a reason; every other goes to the office. */
const AT_THE_DOCK: Partial<Record<ReasonCode, string>> = {
  "not-enough": "weigh again",
  "other-port": "send to the right port",
};

export async function run(baseUrl: string, key: string, number: string) {
  const headers = { Authorization: `Bearer ${key}`, "Accept-Language": "en" };
  const customs = createClient<paths>({ baseUrl, headers });

  const asked = await customs.GET("/api/v1/licences/{number}", { params: { path: { number } } });
  if (!asked.data) throw new Error(asked.error?.detail);
  const [line] = asked.data.lines;
  if (!line) throw new Error("The licence has no line.");

  const declared = (quantity: string, declaration: string) => ({
    declaration,
    lines: [{ item: 1, licence: number, line: line.line, quantity, unit: line.unit }],
  });

  const reserve = (id: string, quantity: string, declaration: string) =>
    customs.POST("/api/v1/reservations", { body: { id, ...declared(quantity, declaration) } });
  const reserved = await reserve("ts-1", "4", "PABLB-1");
  const again = await reserve("ts-1", "4", "PABLB-1");
  const refused = await reserve("ts-2", "7", "PABLB-2");
  const codes = refused.error?.reasons?.map((reason) => reason.code) ?? [];

  const messages: Message[] = [
    { kind: "post", id: "ts-3", declaration: "PABLB-1", lines: [{ item: 1 }] },
    { kind: "depart", id: "ts-4", ...declared("7", "PABLB-3") },
    { kind: "reserve", id: "ts-5", ...declared("1", "PABLB-4") },
  ];
  const batch = await customs.POST("/api/v1/batches", { body: { messages } });

  return {
    state: asked.data.state,
    usable: asked.data.usable,
    remaining: line.remaining,
    reserved: reserved.data?.lines.map((moved) => moved.reserved),
    replayed: again.response.headers.get("Idempotency-Replayed"),
    refused: {
      status: refused.response.status,
      codes,
      advice: codes.map((code) => AT_THE_DOCK[code] ?? "ask"),
    },
    batch: batch.data?.answers.map((answer) => `${answer.status} ${inWords(answer.body)}`),
    changes: await changed(customs),
  };
}

/** Each kind of answer has fields that the others lack: `kind` tells them apart. */
function inWords(body: Schemas["BatchAnswer"]): string {
  if (!("kind" in body)) return body.reasons?.map((reason) => reason.code).join() ?? body.title;
  if (body.kind !== "depart") return body.lines.map((moved) => `${body.kind} ${moved.quantity}`).join();
  return body.lines.map((gone) => `counted ${gone.counted} of ${gone.quantity}`).join();
}

async function changed(customs: ReturnType<typeof createClient<paths>>): Promise<string[]> {
  const found: string[] = [];
  for (let after = "0-0", more = true; more; ) {
    const { data, error } = await customs.GET("/api/v1/changes", { params: { query: { after } } });
    if (!data) throw new Error(error?.detail);
    found.push(...data.changes.map((change) => `${change.licence} ${change.what}`));
    ({ next: after, more } = data);
  }
  return found;
}

// What follows is never called: each line must be wrong by the types, or it does not compile.
export async function wrong(customs: ReturnType<typeof createClient<paths>>, told: Schemas["MovementOut"]) {
  const head = { id: "ts-9", declaration: "PABLB-9" };
  // @ts-expect-error there is no such reason
  AT_THE_DOCK["too-much"] = "ask";
  // @ts-expect-error a licence has no such state
  const state: Schemas["LicenceOut"]["state"] = "paused";
  // @ts-expect-error a reservation says what it reserves
  await customs.POST("/api/v1/reservations", { body: head });
  const lines = [{ item: 1, licence: "A", line: 1, quantity: "1" }];
  // @ts-expect-error a unit is missing
  await customs.POST("/api/v1/reservations", { body: { ...head, lines } });
  // @ts-expect-error there is no such kind of message
  const message: Message = { ...head, kind: "cancel" };
  // @ts-expect-error what is released has parts, not lines of a licence
  const release: Message = { ...head, kind: "release", lines: [{ line: 1, quantity: "1", unit: "C62" }] };
  // @ts-expect-error what moved has nothing irregular: that is said of what had left
  told.lines[0]?.irregular;
  // @ts-expect-error nobody but the exporter, customs and the authority acts
  const acts: Schemas["CoverageOut"]["acts"] = "bank";
  return [state, message, release, acts];
}
