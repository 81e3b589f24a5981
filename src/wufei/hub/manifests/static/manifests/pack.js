// The page for work without network: loads what may be needed, finds it by its code, signs on it.
import QrScanner from "../vendor/qr-scanner/qr-scanner.min.js";
import { begin } from "./sign.js";
import { measured } from "./offline/clock.js";
import { standing } from "./offline/queue.js";
import { get, put } from "./offline/store.js";
import { user } from "./offline/waiting.js";

const AGAIN_MS = 300_000;
const AT_ONCE = 4;
const list = document.getElementById("pack");
const opened = document.getElementById("opened");
const page = document.getElementById("pack-page");
const state = document.getElementById("pack-state");
const progress = document.getElementById("pack-progress");
const problem = document.getElementById("camera-problem");
const scan = document.getElementById("scan");
const noteName = `pack:${user}`;
let pack = null;
let scanner = null;

// Loading.
async function load() {
  try {
    const asked = Date.now();
    const answer = await fetch(list.dataset.pack, { redirect: "manual", headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const fresh = await answer.json();
    await measured(asked, fresh.now_ms);
    await keepPages([...fresh.loads, ...fresh.scans].map((one) => one.path));
    // The scanner's own parts come with its first use: that must not be the first without network.
    await QrScanner.createQrEngine().catch(() => null);
    pack = { ...fresh, at: Date.now() };
    await put("notes", { name: noteName, pack });
  } catch {
    // No network: what was loaded before stays.
  } finally {
    progress.hidden = true;
    await show();
  }
}

async function keepPages(paths) {
  const left = [...paths];
  let done = 0;
  progress.hidden = !paths.length;
  const work = async () => {
    for (let path = left.shift(); path; path = left.shift()) {
      await keepPage(path);
      done += 1;
      progress.value = done / paths.length;
      state.textContent = `${list.dataset.loading} ${done} / ${paths.length}`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function keepPage(path) {
  const answer = await fetch(path, { redirect: "manual" });
  if (!answer.ok) return;
  await put("pages", { user, path, html: await answer.text(), at: Date.now() });
}

// The list.
function clock(ms) {
  return new Date(ms).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
}

async function show() {
  pack ??= (await get("notes", noteName))?.pack ?? null;
  if (!pack) {
    state.textContent = list.dataset.none;
    return;
  }
  const words = navigator.onLine ? list.dataset.loaded : list.dataset.old;
  state.textContent = `${words} ${clock(pack.at)}`;
  state.dataset.at = String(pack.at);
  const { mine } = await standing(user);
  const waits = new Set(mine.filter((one) => one.state === "waiting").map((one) => one.manifest));
  document.getElementById("pack-loads").replaceChildren(...pack.loads.map((one) => item(one, waits.has(one.id))));
  document.getElementById("pack-empty").hidden = pack.loads.length > 0;
}

function item(one, waits) {
  const row = document.createElement("li");
  const link = document.createElement("a");
  link.href = one.path;
  link.dataset.open = one.path;
  const [name, mass, note] = ["b", "span", "small"].map((tag) => document.createElement(tag));
  name.textContent = one.plate || one.numbers[0];
  mass.className = "num";
  mass.textContent = `${(one.mass_g / 1_000_000).toFixed(3)} t`;
  note.textContent = [waits ? list.dataset.kept : one.status, one.numbers[0], one.way].join(" · ");
  link.append(name, mass, note);
  row.append(link);
  return row;
}

// Opening.
async function open(path, truck = null) {
  const kept = await get("pages", [user, path]);
  if (!kept) return tell(list.dataset.unknown);
  const main = new DOMParser().parseFromString(kept.html, "text/html").getElementById("content");
  page.replaceChildren(...document.adoptNode(main).childNodes);
  for (const form of page.querySelectorAll("form[data-truck]")) forTruck(form, truck);
  // Without network they lead nowhere; a telephone and a map do.
  for (const link of page.querySelectorAll("a[href]")) if (/^[/?#.]/.test(link.getAttribute("href"))) link.remove();
  document.getElementById("pack-choices").hidden = true;
  turn(true);
  await begin();
  return page.querySelector("input[data-figure]")?.focus();
}

/** The form of whichever truck: each use is a step of its own. */
function forTruck(form, truck) {
  form.dataset.vehicle = truck.id;
  form.querySelector("[name=submission]").value = crypto.randomUUID();
  page.querySelector("[data-plate]").textContent = truck.plate || `…${truck.id.slice(-6)}`;
  page.querySelector("[data-stranger]").hidden = Boolean(truck.plate);
  page.querySelector("[data-hint]").hidden = true;
}

function turn(one) {
  list.hidden = one;
  opened.hidden = !one;
  window.scrollTo(0, 0);
}

function tell(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

/** What a scanned or typed code means, as far as this phone knows. */
async function find(text) {
  tell("");
  if (!pack) return tell(list.dataset.none);
  const told = text.trim();
  const code = told.match(/\/(m|t)\/([0-9a-f-]{36})(?:[/?#]|$)/i);
  const uuid = code?.[2].toLowerCase();
  if (code?.[1] === "m") return open(pack.loads.find((one) => one.id === uuid)?.path ?? `/m/${uuid}/`);
  const tidy = told.replaceAll(/[\s·.-]/g, "").toUpperCase();
  const same = (one) => one.replaceAll(/[\s·.-]/g, "").toUpperCase() === tidy;
  const numbered = pack.loads.find((one) => one.numbers.some(same));
  if (numbered) return open(numbered.path);
  const truck = pack.trucks.find((one) => one.id === uuid || same(one.plate)) ?? (uuid ? { id: uuid, plate: "" } : null);
  return truck ? ofTruck(truck) : tell(list.dataset.unknown);
}

/** Its load where one waits for this person, and the scans that they do. */
function ofTruck(truck) {
  const loads = pack.loads.filter((one) => one.waits && one.vehicle === truck.id);
  const choices = [
    ...loads.map((one) => [one.numbers[0], () => open(one.path)]),
    ...pack.scans.map((one) => [one.words, () => open(one.path, truck)]),
  ];
  if (choices.length === 1) return choices[0][1]();
  if (!choices.length) return tell(list.dataset.unknown);
  const place = document.getElementById("pack-choices");
  place.replaceChildren(...choices.map(([words, go]) => button(words, go)));
  place.hidden = false;
  page.replaceChildren();
  return turn(true);
}

function button(words, go) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-primary big";
  made.textContent = words;
  made.addEventListener("click", go);
  return made;
}

// The camera.
function stop() {
  scanner?.destroy();
  scanner = null;
  document.getElementById("camera").hidden = true;
  scan.querySelector("span").textContent = scan.dataset.start;
}

async function start() {
  tell("");
  document.getElementById("camera").hidden = false;
  scan.querySelector("span").textContent = scan.dataset.stop;
  scanner = new QrScanner(
    document.querySelector("#camera video"),
    (found) => { stop(); find(found.data); },
    { returnDetailedScanResult: true, preferredCamera: "environment", highlightScanRegion: true },
  );
  try {
    await scanner.start();
  } catch {
    stop();
    tell(list.dataset.denied);
    document.getElementById("code").focus();
  }
}

scan.addEventListener("click", () => (scanner ? stop() : start()));
window.addEventListener("pagehide", stop);
document.getElementById("pack-back").addEventListener("click", () => { turn(false); show(); });
document.getElementById("pack-find").addEventListener("submit", (event) => {
  event.preventDefault();
  find(event.target.elements.code.value);
});
list.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  if (!link) return;
  event.preventDefault();
  open(link.dataset.open);
});
// What was sent has changed its manifests: load them anew, where nobody is writing.
document.addEventListener("queue:sent", ({ detail }) => { if (detail.length) load(); });
window.addEventListener("online", load);
setInterval(() => { if (navigator.onLine && opened.hidden) load(); }, AGAIN_MS);
show().then(load);
