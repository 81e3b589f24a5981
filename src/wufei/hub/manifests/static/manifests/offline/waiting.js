// Shows what waits to be sent, and sends it: on load, when the network is back, and again later.
import { ensure, possible } from "./keys.js";
import { dismiss, flush, standing, tidy } from "./queue.js";

const place = document.getElementById("queue");
const FIRST_MS = 3_000;
const LONGEST_MS = 300_000;
let pause = FIRST_MS;
let timer = null;
let note = "";
let ready = false;

export const user = place?.dataset.user ?? "";

/** Whether a step can be kept on this phone now. */
export const canKeep = () => ready;

function line(words, className = "") {
  const item = document.createElement("li");
  item.textContent = words;
  item.className = className;
  return item;
}

/** Draws the count and the steps anew. */
export async function show() {
  if (!place) return;
  const { waiting, conflicts, others } = ready ? await standing(user) : { waiting: [], conflicts: [], others: 0 };
  if (ready) place.dataset.left = String(waiting.length);
  const said = [];
  if (waiting.length) said.push(`${place.dataset.waits} ${waiting.length}`);
  if (conflicts.length) said.push(`${place.dataset.conflicts} ${conflicts.length}`);
  if (others) said.push(`${place.dataset.others} ${others}`);
  place.querySelector(".queue-count").textContent = said.join(" · ");
  place.querySelector(".queue-steps").replaceChildren(
    ...waiting.map((one) => line([one.words, one.provisional, clock(one.kept), one.message].filter(Boolean).join(" · "))),
    ...conflicts.map(conflict),
  );
  place.querySelector(".queue-note").textContent = note;
  place.querySelector("[data-send-now]").hidden = !waiting.length;
  place.classList.toggle("bad", conflicts.length > 0);
  place.hidden = !said.length && !note;
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
}

function conflict(one) {
  const item = line(`${one.words} · ${one.message}`, "negative");
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.addEventListener("click", () => dismiss(one.seq).then(show));
  item.append(" ", close);
  return item;
}

/** Sends now; where it does not work, again after a while. */
export async function push() {
  clearTimeout(timer);
  if (!ready) return;
  try {
    const { sent, left, signedOut } = await flush(user, place.dataset);
    pause = left ? Math.min(pause * 2, LONGEST_MS) : FIRST_MS;
    note = signedOut ? place.dataset.signin : "";
    await show();
    arrived(sent);
    if (left) timer = setTimeout(push, pause);
  } catch {
    pause = Math.min(pause * 2, LONGEST_MS);
    await show();
    timer = setTimeout(push, pause);
  }
}

/** The page on which a step was signed shows what has become of it. */
function arrived(sent) {
  const here = sent.filter((one) => one.page === window.location.pathname && one.state === "signed").at(-1);
  document.dispatchEvent(new CustomEvent("queue:sent", { detail: sent }));
  if (document.querySelector("[data-always-keep]")) return;
  if (here?.url && document.getElementById("kept-step")) window.location.assign(here.url);
}

async function begin() {
  if (!place) return;
  if (!possible()) {
    note = window.isSecureContext ? "" : place.dataset.insecure;
    return show();
  }
  try {
    await ensure(user, place.dataset.keys);
    ready = true;
    // What waits must not be cleared when the phone is short of room.
    navigator.storage?.persist?.().catch(() => {});
  } catch {
    ready = Boolean(await import("./keys.js").then(({ keyOf }) => keyOf(user)).catch(() => null));
    if (!ready) note = place.dataset.nokey;
  }
  if (ready) place.dataset.ready = "yes";
  document.dispatchEvent(new Event("queue:ready"));
  place.querySelector("[data-send-now]").addEventListener("click", () => { pause = FIRST_MS; push(); });
  await tidy().catch(() => {});
  await show();
  return push();
}

window.addEventListener("online", () => { pause = FIRST_MS; push(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) push(); });
begin();
