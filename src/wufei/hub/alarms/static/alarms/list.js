// The list of alarms takes in what happens while it is open: the same address again, list only.

import { subscribe } from "../ui/live.js";

const GATHERED_MS = 1000;
let waiting = 0;

function refresh() {
  waiting = 0;
  const { pathname, search } = window.location;
  // Nobody's reading or choosing is disturbed: only the first page moves by itself.
  if (new URLSearchParams(search).get("page") > 1) return;
  window.htmx.ajax("GET", pathname + search, { target: "#list", swap: "outerHTML" });
}

subscribe("alarms", () => {
  waiting ||= setTimeout(refresh, GATHERED_MS);
});
