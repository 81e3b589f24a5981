// The live map and the list beside it: both show the same vehicles, cut by the same filter.

import { showState, subscribe } from "../ui/live.js";
import { makeMap } from "../ui/map.js";

const OLD_MS = 10 * 60 * 1000;
const from = (id) => JSON.parse(document.getElementById(id).textContent);
const words = from("live-words");
const list = document.getElementById("vehicles");
const template = document.getElementById("vehicle-row");
const form = document.querySelector(".live-filters");
const domain = document.getElementById("domain");
const text = document.getElementById("words");
const loaded = document.getElementById("loaded");

const vehicles = new Map();
const rows = new Map();
let selected = "";
let map = null;

/** How long ago, in the largest unit that fits. */
function ago(ms) {
  const s = Math.max(0, Math.round((Date.now() - ms) / 1000));
  if (s < 60) return words.seconds.replace("{n}", s);
  if (s < 3600) return words.minutes.replace("{n}", Math.floor(s / 60));
  if (s < 86400) return words.hours.replace("{n}", Math.floor(s / 3600));
  return words.days.replace("{n}", Math.floor(s / 86400));
}

function wanted(vehicle) {
  const sought = text.value.trim().toLowerCase();
  const said = `${vehicle.plate} ${vehicle.carrier} ${vehicle.number}`.toLowerCase();
  return (!domain.value || vehicle.domain === domain.value)
    && (!loaded.checked || Boolean(vehicle.manifest))
    && (!sought || said.includes(sought));
}

function rowOf(vehicle) {
  if (rows.has(vehicle.id)) return rows.get(vehicle.id);
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.vehicle = vehicle.id;
  rows.set(vehicle.id, row);
  const after = [...list.children].find((other) => plateOf(other) > vehicle.plate);
  list.insertBefore(row, after ?? null);
  return row;
}

const plateOf = (row) => row.querySelector(".vehicle-plate").textContent;

function fill(row, vehicle) {
  const part = (name) => row.querySelector(`.vehicle-${name}`);
  part("plate").className = `vehicle-plate domain ${vehicle.domain}`;
  part("plate").textContent = vehicle.plate;
  part("speed").firstChild.textContent = `${Math.round(vehicle.speed_kmh)} `;
  part("carrier").textContent = vehicle.carrier;
  part("seen").textContent = ago(vehicle.time_ms);
  part("load").hidden = !vehicle.manifest;
  if (vehicle.manifest) part("load").href = words.trip.replace(words.nobody, vehicle.manifest);
  part("number").textContent = vehicle.number;
  row.classList.toggle("old", Date.now() - vehicle.time_ms > OLD_MS);
}

function take(places) {
  for (const vehicle of places) {
    const known = vehicles.get(vehicle.id);
    if (known && vehicle.time_ms < known.time_ms) continue;
    vehicles.set(vehicle.id, vehicle);
    fill(rowOf(vehicle), vehicle);
  }
  map?.overlay.place(places);
  cut();
}

/** Hide what the filter does not want, here and on the map. */
function cut() {
  let shown = 0;
  for (const [id, vehicle] of vehicles) {
    const yes = wanted(vehicle);
    rows.get(id).hidden = !yes;
    shown += yes ? 1 : 0;
  }
  document.getElementById("shown").textContent = shown;
  document.getElementById("nobody").hidden = shown > 0;
  map?.overlay.show(wanted);
}

function select(id, follow) {
  selected = selected === id ? "" : id;
  for (const [other, row] of rows) {
    row.querySelector(".vehicle-pick").setAttribute("aria-pressed", String(other === selected));
  }
  map?.overlay.select(selected);
  const place = selected && map?.overlay.at(selected);
  if (place && follow) map.easeTo({ center: map.overlay.shown(place), zoom: Math.max(map.getZoom(), 12) });
  if (selected && !follow) rows.get(selected)?.scrollIntoView({ block: "nearest" });
}

function ring(alarms) {
  const placed = alarms.filter((one) => one.longitude != null);
  map?.overlay.setAlarms(placed.map((one) => ({ ...one, label: one.plate })));
}

function draw() {
  const element = document.getElementById("live-map");
  map = makeMap(element);
  if (!map) return;
  map.overlay.setSites(from("live-sites"));
  map.overlay.onPick(({ kind, item }) => {
    if (kind === "alarm" && list.dataset.alarm) {
      location.assign(list.dataset.alarm.replace(words.nobody, item.id));
    } else if (kind === "vehicle") select(item.id, false);
    else map.overlay.select(item.id);
  });
}

for (const row of list.children) rows.set(row.dataset.vehicle, row);
draw();
const known = from("live-vehicles");
take(known);
showState();
subscribe("positions", take);
subscribe("standing", ring);
setInterval(() => { for (const [id, vehicle] of vehicles) fill(rows.get(id), vehicle); }, 5000);

list.addEventListener("click", (event) => {
  const pick = event.target.closest(".vehicle-pick");
  if (pick) select(pick.closest(".vehicle").dataset.vehicle, true);
});
form.addEventListener("input", cut);
form.addEventListener("submit", (event) => event.preventDefault());
domain.addEventListener("change", () => {
  // The address says what is shown, so that it can be sent to somebody.
  const address = new URL(location);
  address.searchParams.set("domain", domain.value);
  history.replaceState(null, "", address);
});
