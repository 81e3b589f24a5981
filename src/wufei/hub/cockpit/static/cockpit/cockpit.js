// The one screen: puts figures into the page, fetches fresh ones, and touches only what changed.

import { drawBands } from "./bands.js";
import { showMap } from "./map.js";

const EVERY_MS = 10_000;
const AFTER_EVENT_MS = 1_500;
const SVG = "http://www.w3.org/2000/svg";
const words = JSON.parse(document.getElementById("words").textContent);
let shown = JSON.parse(document.getElementById("shown").textContent);
let map = null;

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

function svg(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function html(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// Cards.
const RADIUS = 42;
const AROUND = 2 * Math.PI * RADIUS;

function makeRing(place) {
  const picture = svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" });
  picture.append(
    svg("circle", { class: "ground", cx: 50, cy: 50, r: RADIUS }),
    svg("circle", { class: "arc", cx: 50, cy: 50, r: RADIUS, transform: "rotate(-90 50 50)", "stroke-dasharray": `0 ${AROUND}` }),
    svg("line", { class: "tick", x1: 50, y1: 2, x2: 50, y2: 14 }),
    svg("text", { class: "value", x: 50, y: 52 }),
    svg("text", { class: "goal", x: 50, y: 69 }),
  );
  place.append(picture);
  return picture;
}

function showRing(place, rate) {
  const picture = place.querySelector("svg") ?? makeRing(place);
  setAttribute(picture.querySelector(".arc"), "stroke-dasharray", `${rate.share * AROUND} ${AROUND}`);
  const tick = picture.querySelector(".tick");
  setAttribute(tick, "transform", `rotate(${(rate.tick ?? 0) * 360} 50 50)`);
  setAttribute(tick, "visibility", rate.tick === null ? "hidden" : "visible");
  setText(picture.querySelector(".value"), rate.text === "—" ? "—" : `${rate.text}%`);
  const goal = picture.querySelector(".goal");
  setText(goal, rate.target ? `${words.target} ${rate.target}` : "");
  setAttribute(goal, "class", `goal ${rate.tone}`);
  const name = `${rate.name}: ${rate.text === "—" ? rate.why_not : `${rate.text} %`}, ${rate.state}`;
  setAttribute(place, "title", name);
  setAttribute(place, "aria-label", name);
  setAttribute(place, "href", rate.url);
}

function showCards(cards) {
  for (const card of cards) {
    for (const figure of card.figures) {
      const place = document.querySelector(`[data-figure="${card.code}.${figure.code}"]`);
      setText(place.firstElementChild, figure.text);
      setText(place.lastElementChild, figure.rest + figure.unit);
      setAttribute(place, "title", figure.exact);
      setAttribute(place, "data-g", figure.g);
      setAttribute(place, "href", figure.url);
    }
    const ring = document.querySelector(`[data-ring="${card.code}"]`);
    if (ring && card.rate) showRing(ring, card.rate);
  }
}

// Lists: a row stays the same element as long as what it shows stays the same.
function showRows(list, rows, keyOf, make) {
  const old = new Map([...list.children].map((row) => [row.dataset.key, row]));
  const fresh = rows.map((row) => {
    const key = keyOf(row);
    const made = old.get(key) ?? make(row);
    made.dataset.key = key;
    return made;
  });
  const same = fresh.length === list.children.length && fresh.every((row, n) => row === list.children[n]);
  if (!same) list.replaceChildren(...fresh);
}

function alarmRow(alarm) {
  const row = html("li", alarm.tone);
  const link = html("a");
  if (alarm.url) link.href = alarm.url;
  link.append(
    html("span", "dot"), html("span", "what", `${alarm.name} · ${alarm.thing}`),
    html("span", "note", alarm.note), html("time", "num", alarm.time),
  );
  row.append(link);
  return row;
}

function targetRow(target) {
  const row = html("li", target.tone);
  const link = html("a");
  link.href = target.url;
  link.title = `${target.name}: ${target.state}`;
  const bar = svg("svg", { viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" });
  bar.append(
    svg("rect", { class: "ground", x: 0, y: 3, width: 100, height: 8 }),
    svg("rect", { class: "bar", x: 0, y: 3, width: target.share * 100, height: 8 }),
  );
  if (target.tick !== null) {
    bar.append(svg("rect", { class: "tick", x: Math.min(target.tick * 100, 99), y: 0, width: 1, height: 14 }));
  }
  const value = target.text === "—" ? "—" : `${target.text}%`;
  link.append(html("span", "name", target.name), bar, html("span", "value num", value));
  row.append(link);
  return row;
}

function showLists(data) {
  const alarms = document.getElementById("alarms");
  if (alarms && data.alarms) {
    showRows(alarms, data.alarms.rows, JSON.stringify, alarmRow);
    document.getElementById("alarms-empty").hidden = data.alarms.rows.length > 0;
  }
  const targets = document.getElementById("targets");
  showRows(targets, data.targets.rows, JSON.stringify, targetRow);
  document.getElementById("targets-empty").hidden = data.targets.rows.length > 0;
}

function showLoads(loads) {
  for (const load of loads ?? []) {
    const place = document.querySelector(`[data-load="${load.code}"]`);
    setText(place, load.text);
    place.closest("div").classList.toggle("none", load.text === "0");
  }
}

function showTexts(data) {
  setText(document.getElementById("at"), data.at);
  document.querySelectorAll("[data-text]").forEach((place) => {
    const [room, name] = place.dataset.text.split(".");
    if (data[room]) setText(place, String(data[room][name]));
  });
  document.querySelectorAll("[data-quality]").forEach((place) => {
    setText(place, data.quality[place.dataset.quality]);
  });
  const balance = document.getElementById("balance");
  const { balanced, words: text, checked } = data.account;
  setText(balance, balanced === true ? `${text} ✓ ${words.checked} ${checked}` : text);
  balance.classList.toggle("bad", balanced === false);
}

function show(data) {
  showTexts(data);
  showCards(data.cards);
  showLoads(data.loads);
  showLists(data);
  document.getElementById("bands-empty").hidden = !data.empty;
  drawBands(document.getElementById("bands"), data.empty ? null : data.sankey, words);
  map?.showRings(data.alarms?.rings ?? []);
}

// Fresh figures: every ten seconds, and soon after something happened.
let fetching = false;
let next = 0;

async function refresh() {
  if (fetching || document.hidden) return;
  fetching = true;
  try {
    const answer = await fetch(document.body.dataset.figures, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    shown = await answer.json();
    show(shown);
    setStale(false);
  } catch {
    setStale(true);
  } finally {
    fetching = false;
  }
}

function setStale(stale) {
  document.body.classList.toggle("stale", stale);
  document.querySelector(".as-of").title = stale ? document.body.dataset.stale : "";
}

function soon() {
  window.clearTimeout(next);
  next = window.setTimeout(refresh, AFTER_EVENT_MS);
}

// Keys and the window.
function toggleFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

document.getElementById("full").addEventListener("click", toggleFull);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.toLowerCase() === "f") toggleFull();
  if (event.key === "Escape" && document.fullscreenElement) document.exitFullscreen();
});
document.addEventListener("visibilitychange", refresh);
let resized = 0;
window.addEventListener("resize", () => {
  window.clearTimeout(resized);
  resized = window.setTimeout(() => drawBands(document.getElementById("bands"), shown.empty ? null : shown.sankey, words, true), 150);
});

show(shown);
window.setInterval(refresh, EVERY_MS);
const panel = document.getElementById("map-panel");
if (panel) {
  const sites = JSON.parse(document.getElementById("sites").textContent);
  map = showMap(panel, { sites, words, soon });
  map.showRings(shown.alarms?.rings ?? []);
}
