// The key of this person on this phone: made here, and its private half cannot be taken out.
import { add, get, put, remove } from "./store.js";
import { measured } from "./clock.js";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const AGAIN_MS = 3_600_000;

/** Whether this browser can keep a key at all: only over https, or on the machine itself. */
export function possible() {
  return window.isSecureContext && Boolean(window.crypto?.subtle) && Boolean(window.indexedDB);
}

export function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

async function make(user) {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
  const key = { user, id: crypto.randomUUID(), privateKey: pair.privateKey, publicKey: base64(spki), seen: 0 };
  try {
    await add("keys", key);
  } catch {
    // Another page of this browser was quicker: one person has one key here.
  }
  return get("keys", user);
}

export const keyOf = (user) => get("keys", user);

function csrf() {
  const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  return cookie?.slice("csrftoken=".length) ?? document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

/** What its owner knows it by: the system, and the browser that keeps the key. */
function phoneName() {
  const told = navigator.userAgent;
  const first = (names) => names.find((name) => told.includes(name)) ?? "";
  const system = first(["Android", "HarmonyOS", "iPhone", "iPad", "Windows", "Mac OS", "Linux"]);
  const browser = first(["MicroMessenger", "Edg", "Firefox", "Chrome", "Safari"]);
  const words = { MicroMessenger: "WeChat", Edg: "Edge" };
  return [system, words[browser] ?? browser].filter(Boolean).join(" · ") || told.slice(0, 80);
}

/** Makes and registers the key where there is network; asked again once an hour. */
export async function ensure(user, address) {
  let key = (await keyOf(user)) ?? (await make(user));
  if (Date.now() - key.seen < AGAIN_MS && key.seen <= Date.now()) return key;
  const asked = Date.now();
  const answer = await fetch(address, {
    method: "POST",
    redirect: "manual",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify({ id: key.id, name: phoneName(), public_key: key.publicKey }),
  });
  if (answer.ok) {
    await measured(asked, (await answer.json()).now_ms);
    await put("keys", { ...key, seen: Date.now() });
  } else if (answer.status === 409) {
    // Withdrawn: what it signed stays, what comes is signed with a new one.
    await remove("keys", user);
    key = await make(user);
  }
  return key;
}

/** The server does not know it: register it before anything is sent again. */
export async function forget(user) {
  const key = await keyOf(user);
  if (key) await put("keys", { ...key, seen: 0 });
}

export async function sign(key, text) {
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, new TextEncoder().encode(text));
  return base64(signature);
}
