// What every page needs: CSRF for HTMX, the progress line, toasts, confirmation, the "/" key.

const progress = document.getElementById("progress");
const toasts = document.getElementById("toasts");
let running = 0;

function csrfToken() {
  return document.querySelector("meta[name=csrf-token]").content;
}

/** Show a line at the bottom right; `tone` is success, info, warning or error. */
export function toast(text, tone = "error") {
  const line = document.createElement("div");
  line.className = `toast-line ${tone}`;
  line.setAttribute("role", tone === "error" || tone === "warning" ? "alert" : "status");
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.close = "";
  close.textContent = "×";
  close.setAttribute("aria-label", toasts.dataset.close);
  line.append(words, close);
  toasts.append(line);
  fade(line);
}

function fade(line) {
  // Good news goes by itself; what went wrong stays until it is read.
  if (line.matches(".success, .info")) setTimeout(() => line.remove(), 8000);
}

/** Ask in the page's own dialog; resolves to true or false. */
export function ask(question) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function showProgress(step) {
  running = Math.max(0, running + step);
  progress.hidden = running === 0;
  // The class comes one frame later, so that the bar starts from the left.
  requestAnimationFrame(() => progress.classList.toggle("running", running > 0));
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:beforeRequest", () => showProgress(1));
document.addEventListener("htmx:afterRequest", () => showProgress(-1));
// Filters that stand in what is exchanged stay open while somebody sets several of them.
let filtering = false;
document.addEventListener("htmx:beforeSwap", () => {
  filtering = Boolean(document.querySelector("details.filters[open]"));
});
document.addEventListener("htmx:afterSwap", () => {
  if (filtering) document.querySelectorAll("details.filters").forEach((one) => (one.open = true));
});
document.addEventListener("htmx:sendError", () => toast(toasts.dataset.offline, "warning"));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const type = xhr.getResponseHeader("Content-Type") || "";
  // A refusal answers with a short text for people; anything else is not for them to read.
  if (type.startsWith("text/plain") && xhr.responseText) return toast(xhr.responseText);
  if (type.startsWith("application/json")) {
    const { message } = JSON.parse(xhr.responseText);
    if (message) return toast(message);
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const refusal = page.querySelector("[data-refusal]");
  return toast(refusal ? refusal.textContent.trim() : toasts.dataset.failed);
});
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (!question || event.target.dataset.confirmed) return;
  event.preventDefault();
  ask(question).then((yes) => {
    if (!yes) return;
    event.target.dataset.confirmed = "yes";
    event.target.requestSubmit(event.submitter);
    delete event.target.dataset.confirmed;
  });
});
document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) close.parentElement.remove();
  const fill = event.target.closest("[data-fill]");
  if (fill) fillIn(JSON.parse(fill.dataset.fill));
  const print = event.target.closest("[data-print]");
  if (print) window.print();
  if (!event.target.closest(".top-search")) hideFound();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  if (!search) return;
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape") hideFound();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") walkFound(event);
});

function fillIn(values) {
  for (const [name, value] of Object.entries(values)) {
    const field = document.querySelector(`[name="${name}"]`);
    if (field) field.value = value;
  }
}

function hideFound() {
  document.getElementById("found")?.replaceChildren();
}

function walkFound(event) {
  const search = event.target.closest(".top-search");
  if (!search) return;
  const stops = [search.querySelector("input"), ...search.querySelectorAll("#found a")];
  const here = stops.indexOf(document.activeElement);
  const next = stops[here + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

// Numbers beside the side bar, and on a phone in the bar at its foot: the last ones at once, then fresh ones, then every two minutes.
const side = document.getElementById("side");

function showCounts(counts) {
  document.querySelectorAll(".count[data-count]").forEach((place) => {
    const count = counts[place.dataset.count] || 0;
    place.hidden = count === 0;
    place.textContent = count > 99 ? "99+" : count;
  });
}

async function loadCounts() {
  if (document.hidden) return;
  const answer = await fetch(side.dataset.counts, {
    headers: { Accept: "application/json" },
    redirect: "error",
  });
  if (!answer.ok) return;
  const counts = await answer.json();
  sessionStorage.setItem("counts", JSON.stringify(counts));
  showCounts(counts);
}

if (side) {
  showCounts(JSON.parse(sessionStorage.getItem("counts") || "{}"));
  loadCounts().catch(() => {});
  setInterval(() => loadCounts().catch(() => {}), 120_000);
} else {
  // Nobody is signed in: the next person starts without the numbers of the last one.
  sessionStorage.removeItem("counts");
}

document.querySelectorAll(".toast-line").forEach(fade);
