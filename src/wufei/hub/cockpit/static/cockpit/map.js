// The map panel: vehicles that move, sites, alarms as rings. Events also say that figures changed.

import { subscribe } from "../ui/live.js";
import { makeMap } from "../ui/map.js";

const ONLINE_MS = 10 * 60 * 1000;
const NOTE_EVERY_MS = 5_000;
const SEVERE = "error";

/** Draws into `box`; `soon()` is called when something happened that changes figures. */
export function showMap(box, { sites, words, soon }) {
  const element = box.querySelector(".map");
  const note = box.querySelector(".map-note");
  const map = makeMap(element, { dark: true });
  const vehicles = new Map();
  map?.overlay.setSites(sites);

  function tell() {
    const online = [...vehicles.values()].filter(({ time_ms: seen }) => Date.now() - seen < ONLINE_MS).length;
    const text = `${words.vehicles} ${online} · ${words.sites} ${sites.length} · ${words.schematic}`;
    if (note.textContent !== text) note.textContent = text;
    box.dataset.vehicles = online;
  }

  subscribe("positions", (places) => {
    for (const place of places) vehicles.set(place.id, place);
    map?.overlay.place(places);
    tell();
  });
  subscribe("alarms", soon);
  subscribe("manifests", soon);
  map?.overlay.onPick(({ kind, item }) => {
    const address = addressOf(kind, item, words);
    if (address) window.location.assign(address);
  });
  tell();
  window.setInterval(tell, NOTE_EVERY_MS);
  keepInView(map, element);
  return {
    showRings(alarms) {
      map?.overlay.setAlarms(alarms.map((alarm) => ({
        ...alarm, severity: alarm.tone === "bad" ? SEVERE : "warning",
        label: `${alarm.thing} ${alarm.name}`,
      })));
    },
  };
}

/** Dots and plates grow with the screen, and the district fills the panel at every size. */
function keepInView(map, element) {
  if (!map) return;
  const home = map.getBounds();
  const fitHome = () => {
    element.dataset.scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    map.fitBounds(home, { padding: 0, animate: false });
  };
  fitHome();
  new ResizeObserver(fitHome).observe(element);
}

/** A loaded vehicle leads to its trip, any other to the live map. */
function addressOf(kind, item, { urls }) {
  if (kind === "alarm") return item.url;
  if (kind === "site") return urls.site.replace(urls.nobody, item.id);
  return item.manifest ? urls.trip.replace(urls.nobody, item.manifest) : urls.live;
}
