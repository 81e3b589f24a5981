// Steps that were signed without network: kept in order, sent when there is one, never dropped.
import { add, all, get, put, remove } from "./store.js";
import { measured, offset } from "./clock.js";
import { ensure, forget, keyOf, sign } from "./keys.js";

const VERSION = 1;
const BATCH = 20;
const WAIT_MS = 30_000;
const KEPT_MS = 3 * 24 * 3_600_000;

/** JSON with sorted keys and no spaces: what is signed, to the byte. */
export function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const parts = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${parts.join(",")}}`;
}

/**
 * Signs and keeps one step. `step` has id, act, manifest, vehicle, site, seen, fields, page, words;
 * resolves with the row, or null where this phone has no key.
 */
export async function keep(user, step) {
  const key = await keyOf(user);
  if (!key) return null;
  const earlier = (await all("steps")).filter((one) => one.user === user);
  const same = earlier.find((one) => one.id === step.id);
  if (same) return same;
  const before = earlier.filter((one) => step.manifest && one.manifest === step.manifest && one.seen === step.seen).at(-1);
  const payload = canonical({
    version: VERSION,
    id: step.id,
    act: step.act,
    key: key.id,
    user,
    manifest: step.manifest ?? "",
    vehicle: step.vehicle ?? "",
    site: step.site ?? "",
    seen: step.seen ?? "",
    after: before?.id ?? "",
    device_time: new Date().toISOString(),
    offset_ms: await offset(),
    fields: step.fields,
    provisional_no: step.provisional ?? "",
  });
  const row = {
    ...step, user, payload, signature: await sign(key, payload), kept: Date.now(), state: "waiting", message: "",
  };
  row.seq = await add("steps", row);
  return row;
}

/** Number of the next load that this phone issues by itself, such as `1126-7f3a-3`. */
export async function provisional(user) {
  const key = await keyOf(user);
  const count = ((await get("notes", `serial:${key.id}`))?.count ?? 0) + 1;
  await put("notes", { name: `serial:${key.id}`, count });
  const now = new Date();
  const day = `${String(now.getMonth() + 1).padStart(2, "0")}${String(now.getDate()).padStart(2, "0")}`;
  return `${day}-${key.id.slice(0, 4).toUpperCase()}-${count}`;
}

/** This person's steps in order, and how many are others'. */
export async function standing(user) {
  const rows = await all("steps");
  const mine = rows.filter((one) => one.user === user);
  return {
    mine,
    waiting: mine.filter((one) => one.state === "waiting"),
    conflicts: mine.filter((one) => one.state === "conflict"),
    others: rows.filter((one) => one.user !== user && one.state === "waiting").length,
  };
}

/** A step whose conflict has been read. */
export const dismiss = (seq) => remove("steps", seq);

/** Sends what waits; resolves with {sent: rows, left, signedOut}. One page at a time. */
export async function flush(user, places) {
  const work = () => send(user, places);
  if (!navigator.locks) return work();
  const done = await navigator.locks.request("wufei-queue", { ifAvailable: true }, (lock) => (lock ? work() : null));
  return done ?? { sent: [], left: (await standing(user)).waiting.length, signedOut: false };
}

async function send(user, places) {
  const sent = [];
  await ensure(user, places.keys);
  for (;;) {
    // One by one in a batch, in the order in which they were signed.
    const { waiting } = await standing(user);
    const due = waiting.filter((one) => !sent.includes(one.id)).slice(0, BATCH);
    if (!due.length) return { sent: await rowsOf(sent), left: waiting.length, signedOut: false };
    const asked = Date.now();
    const answer = await fetch(places.send, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ entries: due.map(({ id, payload, signature }) => ({ id, payload, signature })) }),
      signal: AbortSignal.timeout(WAIT_MS),
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) return { sent: await rowsOf(sent), left: waiting.length, signedOut: true };
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const told = await answer.json();
    await measured(asked, told.now_ms);
    for (const result of told.results) await take(user, due.find((one) => one.id === result.id), result);
    sent.push(...due.map((one) => one.id));
  }
}

async function take(user, row, result) {
  if (!row) return;
  const state = { signed: "signed", conflict: "conflict", settled: "signed" }[result.outcome] ?? "waiting";
  if (result.code === "manifest_unknown_key") await forget(user);
  await put("steps", { ...row, state, message: result.message ?? "", url: result.url ?? "", number: result.number ?? "", told: Date.now() });
}

async function rowsOf(ids) {
  return (await all("steps")).filter((one) => ids.includes(one.id));
}

/** Forgets what was sent days ago. */
export async function tidy() {
  for (const row of await all("steps")) {
    if (row.state !== "waiting" && Date.now() - (row.told ?? 0) > KEPT_MS) await remove("steps", row.seq);
  }
}
