// The live stream: one connection a browser. The tab that holds the lock listens to the server and
// passes everything on to the other tabs; when it closes, the next one takes over.

const about = document.querySelector("meta[name=live-stream]");
const name = `wufei-live-${about?.dataset.who ?? ""}`;
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(name) : null;
const listeners = new Map();
const AGAIN_MS = [1000, 2000, 5000, 10000, 30000];
const SILENT_MS = 40000;

// What the listening tab knows: the newest place of each vehicle, for tabs that open later.
const places = new Map();
const standing = new Map();
let current = null;
let source = null;
let waiting = 0;
let failures = 0;
let heard = 0;
let leading = false;
let begun = false;

/**
 * Call `callback(payload)` for each `event`: `positions` (vehicles; the first is the snapshot),
 * `alarms` (each that is new or has changed), `standing` (the list of those that last, again after
 * each change), `manifests`, and `state` ("live", "waiting", "offline", "ended"). Returns a function
 * that ends it.
 */
export function subscribe(event, callback) {
  const found = listeners.get(event) ?? new Set();
  listeners.set(event, found.add(callback));
  begin();
  if (event === "positions" && places.size) callback([...places.values()]);
  if (event === "standing" && standing.size) callback([...standing.values()]);
  return () => found.delete(callback);
}

/** Show the state of the network in words, in every element with `data-live-state`. */
export function showState() {
  subscribe("state", (state) => {
    for (const element of document.querySelectorAll("[data-live-state]")) {
      element.textContent = about?.dataset[state] ?? "";
      element.dataset.liveState = state;
    }
  });
}

function tell(event, payload) {
  if (event === "positions") for (const place of payload) places.set(place.id, place);
  for (const callback of listeners.get(event) ?? []) callback(payload);
  if (event === "alarms") stand(payload);
}

function stand(alarm) {
  if (alarm.lasts && !["closed", "false"].includes(alarm.state)) standing.set(alarm.id, alarm);
  else standing.delete(alarm.id);
  tell("standing", [...standing.values()]);
}

function standOnly(alarms) {
  standing.clear();
  for (const alarm of alarms) standing.set(alarm.id, alarm);
}

/** Here and in the other tabs. */
function spread(event, payload) {
  tell(event, payload);
  channel?.postMessage({ event, payload });
}

function begin() {
  if (begun || !about) return;
  begun = true;
  channel?.addEventListener("message", ({ data }) => receive(data));
  addEventListener("offline", () => leading && spread("state", "offline"));
  addEventListener("online", () => leading && reopen(0));
  // Without locks (plain HTTP on another machine's address) every tab listens for itself.
  if (!navigator.locks || !channel) return lead();
  channel.postMessage({ event: "hello" });
  navigator.locks.request(name, () => {
    lead();
    return new Promise(() => {});
  });
}

function receive({ event, payload }) {
  if (event === "standing") standOnly(payload);
  if (event !== "hello") return tell(event, payload);
  if (!leading) return;
  channel.postMessage({ event: "positions", payload: [...places.values()] });
  channel.postMessage({ event: "standing", payload: [...standing.values()] });
  channel.postMessage({ event: "state", payload: source ? "live" : "waiting" });
}

function lead() {
  leading = true;
  open();
  setInterval(() => source && Date.now() - heard > SILENT_MS && reopen(0), 5000);
}

function open() {
  const stream = new EventSource(about.content);
  const alive = () => { heard = Date.now(); };
  alive();
  stream.addEventListener("open", alive);
  stream.addEventListener("snapshot", ({ data }) => {
    alive();
    failures = 0;
    source = stream;
    const now = JSON.parse(data);
    standOnly(now.alarms);
    spread("state", "live");
    spread("positions", now.positions);
    spread("standing", now.alarms);
  });
  for (const event of ["positions", "alarms", "manifests"]) {
    stream.addEventListener(event, ({ data }) => { alive(); spread(event, JSON.parse(data)); });
  }
  stream.addEventListener("still", alive);
  stream.addEventListener("end", ({ data }) => end(stream, JSON.parse(data).why));
  stream.addEventListener("error", () => reopen(AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]));
  current = stream;
}

/** Ours instead of the browser's own: that one gives up for ever after some answers. */
function reopen(delay) {
  current?.close();
  source = null;
  clearTimeout(waiting);
  spread("state", navigator.onLine === false ? "offline" : "waiting");
  // Not all browsers at the same moment after a restart of the server.
  waiting = setTimeout(open, delay * (0.75 + Math.random() / 2));
}

function end(stream, why) {
  stream.close();
  source = null;
  if (why === "session") return spread("state", "ended");
  return reopen(AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
}
