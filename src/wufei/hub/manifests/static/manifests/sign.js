// Sends the form of a signature so that nothing is lost on a bad network: it keeps its id and its
// time, so that sending it again signs once; without network it is kept on this phone and sent
// later. Also: where and on which device, units, differences.
import { keep, provisional, standing } from "./offline/queue.js";
import { canKeep, push, show as showQueue, user } from "./offline/waiting.js";

const GRAMS = { t: 1_000_000, kg: 1_000 };
const WAIT_MS = 20_000;
const network = document.getElementById("network");

/** This browser's name among the signer's devices; made once, kept here. */
function deviceId() {
  try {
    let id = localStorage.getItem("wufei-device");
    if (!id) {
      id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
      localStorage.setItem("wufei-device", id);
    }
    return id;
  } catch {
    return ""; // Private windows keep nothing.
  }
}

function field(form, name) {
  return form.querySelector(`[name="${name}"]`);
}

function tell(words, bad = false) {
  if (!network) return;
  network.hidden = !words;
  network.textContent = words;
  network.classList.toggle("bad", bad);
}

function tellNetwork() {
  if (network) tell(navigator.onLine ? "" : network.dataset[canKeep() ? "queues" : "offline"]);
}

/** Our server's clock, as far as this page knows it: phones' own clocks are often wrong. */
function serverNow(form) {
  return new Date(Number(form.dataset.now) + performance.now() - form.openedAt);
}

function locate(form) {
  if (form.dataset.quiet !== undefined || !navigator.geolocation) return;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      // What was sent once is sent again as it was.
      if (field(form, "at").value) return;
      field(form, "longitude").value = coords.longitude.toFixed(7);
      field(form, "latitude").value = coords.latitude.toFixed(7);
    },
    () => {},
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
}

async function send(form, button) {
  button.disabled = true;
  try {
    const always = form.closest("[data-always-keep]");
    if ((always || !navigator.onLine) && (await keepHere(form))) return;
    if (!field(form, "at").value) field(form, "at").value = serverNow(form).toISOString();
    tell(network?.dataset.sending ?? "");
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json, text/html;q=0.5" },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    // A gateway that answers for a server that does not.
    if (answer.status > 501 && (await keepHere(form))) return;
    await take(answer);
  } catch {
    if (!(await keepHere(form))) failed();
  } finally {
    button.disabled = false;
  }
}

// Without network.
const OWN = ["csrfmiddlewaretoken", "submission", "at", "step"];

/** Signs the form's step with this phone's key and keeps it; false where that cannot be done. */
async function keepHere(form) {
  if (!form.dataset.act || !canKeep() || !form.reportValidity()) return false;
  const { act, manifest, vehicle, site, seen } = form.dataset;
  const data = new FormData(form);
  const names = [...new Set(data.keys())].filter((name) => !OWN.includes(name));
  const fields = Object.fromEntries(names.map((name) => [name, data.getAll(name).filter((value) => typeof value === "string")]));
  const issues = act === "out";
  const step = {
    id: field(form, "submission").value,
    act,
    manifest: issues ? crypto.randomUUID() : manifest,
    vehicle,
    site,
    seen,
    fields,
    page: window.location.pathname,
    words: form.querySelector("button[type=submit]").textContent.trim(),
    provisional: issues ? await provisional(user) : "",
  };
  try {
    const row = await keep(user, step);
    if (!row) return false;
    goOn(form, row);
  } catch {
    return false;
  }
  tellNetwork();
  await showQueue();
  push();
  return true;
}

/** The step is kept: the next one of the same person takes its place, where there is one. */
function goOn(form, row) {
  const told = document.getElementById("kept").content.cloneNode(true);
  told.querySelector("[data-kept-label]").hidden = !row.provisional;
  told.querySelector("[data-kept-no]").textContent = row.provisional;
  document.getElementById("kept-step")?.remove();
  form.before(told);
  const next = document.querySelector("template[data-later]");
  form.replaceWith(next ? next.content.cloneNode(true) : "");
  next?.remove();
  begin();
}

async function take(answer) {
  const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  if (answer.status >= 500) return failed();
  if (json) {
    const said = await answer.json();
    if (said.url) return window.location.assign(said.url);
    return tell(said.error?.message ?? "", true);
  }
  // Sign-in ran out, or somebody else signed: show whatever page that is.
  if (answer.redirected) return window.location.assign(answer.url);
  tellNetwork();
  return show(await answer.text());
}

function failed() {
  if (network) return tell(network.dataset.failed, true);
  const toasts = document.getElementById("toasts");
  const line = document.createElement("p");
  line.className = "toast-line warning";
  line.setAttribute("role", "alert");
  line.textContent = toasts.dataset.offline;
  return toasts.append(line);
}

/** The same page with what is wrong in it. */
function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.getElementById("content");
  document.getElementById("content").replaceWith(document.adoptNode(main));
  begin();
  main.querySelector(".has-errors input, .form-errors, [role=alert]")?.scrollIntoView({ block: "center" });
  main.querySelector(".has-errors input, .has-errors select")?.focus({ preventScroll: true });
  document.dispatchEvent(new Event("page:shown"));
}

// Weights.
function number(text) {
  const tidy = text.trim().replaceAll(/[,，]/g, "");
  return /^\d*\.?\d*$/.test(tidy) && /\d/.test(tidy) ? Number(tidy) : null;
}

function grams(form, name) {
  const value = number(field(form, name)?.value ?? "");
  const unit = form.querySelector(`[name="${name.replace("value", "unit")}"]:checked`)?.value;
  return value === null || !unit ? null : value * GRAMS[unit];
}

function tonnes(massG) {
  return `${(massG / GRAMS.t).toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 })} t`;
}

function showConverted(form) {
  for (const place of form.querySelectorAll("[data-converted]")) {
    const name = place.dataset.converted;
    const kg = form.querySelector(`[name="${name.replace("value", "unit")}"]:checked`)?.value === "kg";
    const massG = grams(form, name);
    place.textContent = kg && massG !== null ? `= ${tonnes(massG)}` : "";
  }
}

function showDifference(form) {
  const place = form.querySelector("[data-difference]");
  const out = document.getElementById("out");
  if (!place || !out) return;
  const inG = grams(form, "value_0");
  const outG = Number(out.dataset.grams);
  const reason = form.querySelector("[data-reason]");
  if (inG === null || !outG) { place.textContent = ""; return; }
  const offG = inG - outG;
  const permille = (offG * 1000) / outG;
  const beyond = Math.abs(permille) > Number(form.dataset.tolerance);
  const sign = offG > 0 ? "+" : offG < 0 ? "−" : "";
  const kg = Math.round(Math.abs(offG) / GRAMS.kg).toLocaleString("en-US");
  place.textContent = `${place.dataset.words} ${sign}${kg} kg · ${sign}${Math.abs(permille).toFixed(1)} ‰`
    + (beyond ? ` · ${place.dataset.beyond}` : "");
  place.classList.toggle("negative", beyond);
  if (beyond) reason.hidden = false;
}

// Notes beside a choice.
function showNotes() {
  const source = document.getElementById("notes");
  if (!source) return;
  const notes = JSON.parse(source.textContent);
  for (const place of document.querySelectorAll("[data-note-of]")) {
    const select = document.querySelector(`[name="${place.dataset.noteOf}"]`);
    place.textContent = notes[select?.value] ?? "";
  }
}

/** Steps that were kept on this page before: it was opened again, or never left. */
async function catchUp() {
  if (!canKeep()) return;
  const { waiting } = await standing(user);
  for (const row of waiting) {
    const form = document.querySelector(`form[data-sign][data-manifest="${row.manifest}"][data-act="${row.act}"]`);
    if (form) goOn(form, row);
  }
}

/** Makes the forms of the page, or of what was just put into it, ready. */
export async function begin() {
  for (const form of document.querySelectorAll("form[data-sign]")) {
    form.openedAt ??= performance.now();
    field(form, "device").value = deviceId();
    locate(form);
    showConverted(form);
    showDifference(form);
  }
  showNotes();
  await catchUp();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-sign]");
  // A plain button signs nothing: it goes where it says.
  if (!form || event.submitter?.hasAttribute("data-plain")) return;
  event.preventDefault();
  send(form, event.submitter ?? form.querySelector("[type=submit]"));
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-sign]");
  if (!form) return;
  showConverted(form);
  showDifference(form);
  showNotes();
});
document.addEventListener("queue:ready", () => { tellNetwork(); catchUp(); });
// A form that was opened below a row: the hand stays on the keyboard.
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.querySelector("form[data-sign]")) return;
  begin();
  event.target.querySelector("input:not([type=hidden]), select")?.focus();
});
window.addEventListener("online", tellNetwork);
window.addEventListener("offline", tellNetwork);
tellNetwork();
begin();
