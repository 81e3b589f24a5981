// Charts of the account: data come from the page (json_script), colours from the domains.
// The table below every chart says the same in figures.

import { fit, trace } from "./trace.js";

const echarts = () => window.echarts;
const style = () => getComputedStyle(document.documentElement);
const token = (name) => style().getPropertyValue(name).trim();
const figure = (t) => t.toLocaleString("en-US", { maximumFractionDigits: Math.abs(t) < 10 ? 3 : 0 });
const narrow = () => window.innerWidth < 700;
const drawn = new Map();

function tonnes(t) {
  const chinese = document.documentElement.lang.startsWith("zh");
  if (Math.abs(t) < 10000) return figure(t);
  return chinese ? `${(t / 10000).toFixed(1)} 万` : `${(t / 1000).toFixed(1)} k`;
}

/** Mass of each node: what flows in or out, whichever is known. */
function masses(data) {
  const sums = {};
  for (const { source, target, t } of data.links) {
    const ends = [["out", source], ["in", target]];
    for (const [side, name] of ends) {
      sums[name] ??= { in: 0, out: 0 };
      sums[name][side] += t;
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([name, s]) => [name, Math.max(s.in, s.out)]));
}

// On a phone three layers do not fit: domains and what became of them stay.
function layers(data) {
  if (!narrow()) return data;
  const nodes = data.nodes.filter((node) => node.depth > 0)
    .map((node) => ({ ...node, depth: node.depth - 1 }));
  const kept = new Set(nodes.map((node) => node.name));
  return { nodes, links: data.links.filter((link) => kept.has(link.source)) };
}

function sankey(all) {
  const data = layers(all);
  const mass = masses(data);
  const last = Math.max(...data.nodes.map((node) => node.depth));
  return {
    tooltip: { trigger: "item", formatter: ({ data: it }) => tip(it, mass, data) },
    series: [{
      type: "sankey",
      left: 8, right: narrow() ? 124 : 190, top: 14, bottom: 14,
      nodeWidth: 12,
      // A line of text is 20 px high: with this gap, labels in the middle of nodes never meet.
      nodeGap: 22,
      layoutIterations: 48,
      draggable: false,
      emphasis: { focus: "adjacency" },
      animation: false,
      data: data.nodes.map((node) => ({
        name: node.name, depth: node.depth, url: node.url, words: node.label,
        itemStyle: { color: node.colour, borderWidth: 0 },
        label: { position: "right" },
      })),
      links: data.links.map((link) => ({
        source: link.source, target: link.target, value: link.t,
        lineStyle: { color: shade(link, data), opacity: 0.32, curveness: 0.5 },
      })),
      label: {
        color: token("--text"), fontFamily: token("--font"), fontSize: narrow() ? 12 : 13.5,
        textBorderColor: token("--panel"), textBorderWidth: 3,
        formatter: ({ name, data: it }) => `${it.words}  ${tonnes(mass[name] ?? 0)}`,
      },
    }],
    labels: last,
  };
}

/** A band has the colour of its domain. */
function shade({ source, target }, data) {
  const domain = [source, target].find((name) => name.startsWith("domain:"));
  return data.nodes.find((node) => node.name === domain)?.colour ?? "#8a9bb0";
}

function tip(it, mass, data) {
  const words = (name) => data.nodes.find((node) => node.name === name)?.label ?? name;
  const element = document.createElement("span");
  element.textContent = it.source
    ? `${words(it.source)} → ${words(it.target)}: ${figure(it.value)} t`
    : `${it.words}: ${figure(mass[it.name] ?? 0)} t`;
  return element;
}

function months(data) {
  const colours = [token("--action"), token("--good-line"), token("--attention-line")];
  const many = data.months.length > 24;
  return {
    grid: { left: 8, right: 12, top: 44, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis", valueFormatter: (t) => `${figure(t)} t`,
    },
    legend: { top: 8, left: 12, textStyle: { color: token("--text"), fontFamily: token("--font") } },
    xAxis: {
      type: "category", data: data.months,
      axisLabel: { color: token("--muted") }, axisLine: { lineStyle: { color: token("--line") } },
    },
    yAxis: {
      type: "value", axisLabel: { color: token("--muted"), formatter: tonnes },
      splitLine: { lineStyle: { color: token("--line") } },
    },
    series: data.series.map((series, n) => ({
      name: series.label, data: series.t, animation: false,
      type: n === 2 ? "line" : "bar", symbol: many ? "none" : "circle",
      itemStyle: { color: colours[n] }, lineStyle: { width: 2 }, barMaxWidth: 22,
    })),
  };
}

const KINDS = { sankey, months, trace };

function draw(box) {
  const source = document.getElementById(box.dataset.chart);
  if (!source || !echarts()) return;
  const data = JSON.parse(source.textContent);
  drawn.get(box)?.dispose();
  if (data.kind === "trace") fit(box, data);
  const chart = echarts().init(box, null, { renderer: "svg" });
  chart.setOption(KINDS[data.kind](data, box.clientWidth));
  chart.on("click", ({ data: it }) => {
    const node = it?.url ? it : data.nodes?.find((one) => one.name === it?.target);
    if (node?.url) window.location.assign(node.url);
  });
  drawn.set(box, chart);
}

export function drawAll() {
  for (const [box, chart] of drawn) if (!box.isConnected) { chart.dispose(); drawn.delete(box); }
  document.querySelectorAll("[data-chart]").forEach((box) => { if (!drawn.has(box)) draw(box); });
}

let wide = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === wide) return;
  wide = window.innerWidth;
  for (const box of [...drawn.keys()]) draw(box);
});
window.addEventListener("beforeprint", () => { for (const chart of drawn.values()) chart.resize(); });
document.addEventListener("htmx:afterSettle", drawAll);
drawAll();
