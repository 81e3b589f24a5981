// How much the server's clock is ahead of this phone's, as measured when they last met.
import { get, put } from "./store.js";

/** An answer to what was asked at `asked` (this clock, ms) told `now` (the server's, ms). */
export function measured(asked, now) {
  return put("notes", { name: "clock", offset_ms: Math.round(now - (asked + Date.now()) / 2), at: Date.now() });
}

export async function offset() {
  return (await get("notes", "clock"))?.offset_ms ?? null;
}
