// Replay of one trip: a vehicle runs along its line; slider, map and speed chart move together.

import { drawLine, fit, makeMap } from "../ui/map.js";

const trip = JSON.parse(document.getElementById("trip")?.textContent ?? "null");
const find = (id) => document.getElementById(id);
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const clock = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const GAP_MS = 300_000;

let map = null;
let chart = null;
let now = 0;
let playing = false;
let last = 0;

/** Index of the last point that is not after `ms`. */
function before(ms) {
  let [low, high] = [0, trip.times_ms.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (trip.times_ms[middle] <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the vehicle was: between two points on the line, in a gap at its beginning. */
function placeAt(ms) {
  const n = before(ms);
  const next = Math.min(n + 1, trip.times_ms.length - 1);
  const length = trip.times_ms[next] - trip.times_ms[n];
  const part = length > 0 && length < GAP_MS ? Math.min(1, Math.max(0, (ms - trip.times_ms[n]) / length)) : 0;
  const [from, to] = [trip.places[n], trip.places[next]];
  return { n, place: [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part] };
}

const first = () => trip.times_ms[0];
const end = () => trip.times_ms.at(-1);

function show(ms) {
  now = Math.min(end(), Math.max(first(), ms));
  const { n, place } = placeAt(now);
  const speed = trip.speeds_kmh[n];
  if (map) {
    // Drawn at once: the replay itself is the movement.
    map.overlay.vehicles.clear();
    map.overlay.vehicles.set("trip", {
      id: "trip", plate: trip.plate, domain: trip.domain, speed_kmh: speed,
      heading_deg: trip.headings_deg[n], time_ms: Date.now(), from: place, to: place, since: 0, until: 0,
    });
    map.overlay.select("trip");
  }
  find("at").value = Math.round(((now - first()) / Math.max(1, end() - first())) * 1000);
  const words = `${clock.format(now)} · ${Math.round(speed)} km/h`;
  find("now").textContent = words;
  find("at").setAttribute("aria-valuetext", words);
  chart?.setOption({ series: [{ markLine: { data: [{ xAxis: now }] } }] });
}

function play(yes) {
  playing = yes;
  const button = find("play");
  button.setAttribute("aria-pressed", String(yes));
  button.querySelector(".ti").className = `ti ti-player-${yes ? "pause" : "play"}`;
  const said = button.querySelector("span");
  said.textContent = yes ? said.dataset.pause : said.dataset.play;
  if (!yes) return;
  if (now >= end()) show(first());
  last = performance.now();
  requestAnimationFrame(step);
}

function step(at) {
  if (!playing) return;
  show(now + (at - last) * Number(find("speed").value));
  last = at;
  if (now >= end()) play(false);
  else requestAnimationFrame(step);
}

function drawMap() {
  map = makeMap(find("trip-map"));
  if (!map) return;
  map.overlay.setSites(trip.ends.filter(Boolean));
  map.overlay.setAlarms([]);
  fit(map, trip.places);
  map.on("resize", () => fit(map, trip.places));
  if (trip.route) {
    drawLine(map, "route", trip.route.coordinates, { colour: token("muted"), width: 6, opacity: 0.35 });
  }
  drawLine(map, "track", trip.places, { colour: token(trip.domain) || token("action") });
}

function drawSpeed() {
  if (!window.echarts) return;
  const gapped = [];
  trip.times_ms.forEach((ms, n) => {
    if (n && ms - trip.times_ms[n - 1] >= GAP_MS) gapped.push([trip.times_ms[n - 1] + 1, null]);
    gapped.push([ms, trip.speeds_kmh[n]]);
  });
  chart = window.echarts.init(find("speed-chart"), null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", valueFormatter: (kmh) => `${kmh ?? "—"} km/h` },
    xAxis: { type: "time", axisLabel: { color: token("muted"), formatter: (ms) => clock.format(ms).slice(0, 5) } },
    yAxis: { type: "value", min: 0, axisLabel: { color: token("muted") }, splitLine: { lineStyle: { color: token("line") } } },
    series: [{
      type: "line", data: gapped, symbol: "none", sampling: "lttb", lineStyle: { width: 1.5 },
      itemStyle: { color: token(trip.domain) || token("action") },
      markLine: { symbol: "none", label: { show: false }, lineStyle: { color: token("text"), type: "solid" }, data: [] },
      markArea: {
        silent: true, itemStyle: { color: token("attention-pale") },
        data: trip.stops.map((stop) => [{ xAxis: stop.start_ms }, { xAxis: stop.end_ms }]),
      },
    }],
  });
  chart.getZr().on("click", ({ offsetX, offsetY }) => {
    const ms = chart.convertFromPixel({ xAxisIndex: 0 }, offsetX);
    if (chart.containPixel("grid", [offsetX, offsetY])) show(ms);
  });
  addEventListener("resize", () => chart.resize());
}

if (trip) {
  drawMap();
  drawSpeed();
  show(first());
  find("play").addEventListener("click", () => play(!playing));
  find("at").addEventListener("input", ({ target }) => {
    play(false);
    show(first() + (target.value / 1000) * (end() - first()));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-at]");
    if (button) { play(false); show(Number(button.dataset.at)); }
  });
  // The space bar plays and pauses, as everywhere; buttons and fields keep it for themselves.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.closest("button, input, select, textarea, a")) return;
    event.preventDefault();
    play(!playing);
  });
}
