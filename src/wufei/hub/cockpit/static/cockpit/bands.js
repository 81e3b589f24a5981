// The one account as bands (ECharts). Labels carry their mass and never meet: the gap between
// nodes is higher than a line of text, and the server merged what would not fit.

const drawn = new Map();
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const rem = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
const narrow = () => window.innerWidth < 700;

// On a phone three layers do not fit: domains and what became of them stay.
function layers(data) {
  if (!narrow()) return data;
  const nodes = data.nodes.filter((node) => node.depth > 0).map((node) => ({ ...node, depth: node.depth - 1 }));
  const kept = new Set(nodes.map((node) => node.name));
  return { nodes, links: data.links.filter((link) => kept.has(link.source)) };
}

/** A band has the colour of its domain. */
function shade({ source, target }, nodes) {
  const domain = [source, target].find((name) => name.startsWith("domain:"));
  return nodes.find((node) => node.name === domain)?.colour ?? "#5d7690";
}

/** As much room between nodes as the fullest layer leaves, but at least a line of text. */
function gap(data, height, line) {
  const counts = {};
  for (const node of data.nodes) counts[node.depth] = (counts[node.depth] ?? 0) + 1;
  const most = Math.max(...Object.values(counts));
  return Math.max(line, Math.min(line * 1.15, (height * 0.62) / Math.max(most - 1, 1)));
}

function tip(it, data, words) {
  const name = (code) => data.nodes.find((node) => node.name === code)?.label ?? code;
  const element = document.createElement("span");
  if (it.source) element.textContent = `${name(it.source)} → ${name(it.target)}: ${it.t} t`;
  else element.textContent = `${it.label0} ${it.mass} t${it.holds.length ? ` · ${words.holds} ${it.holds.join(", ")}` : ""}`;
  return element;
}

function option(data, box, words) {
  const size = rem();
  const line = size * 1.22;
  return {
    animation: false,
    tooltip: {
      trigger: "item", backgroundColor: token("--soft"), borderColor: token("--line"),
      textStyle: { color: token("--text"), fontFamily: token("--font"), fontSize: size * 0.9 },
      formatter: ({ data: it }) => tip(it, data, words),
    },
    series: [{
      type: "sankey", draggable: false, layoutIterations: 64, nodeAlign: "justify",
      left: size * 1.1, right: size * (narrow() ? 9 : 11.5), top: size * 0.6, bottom: size * 0.9,
      nodeWidth: size * 0.85, nodeGap: gap(data, box.clientHeight, line),
      emphasis: { focus: "adjacency" },
      label: {
        position: "right", color: token("--text"), fontFamily: token("--font"), fontSize: size * 0.875,
        textBorderColor: token("--panel"), textBorderWidth: 3, distance: size * 0.4,
        formatter: ({ data: it }) => `${it.label0}  ${it.mass}`,
      },
      data: data.nodes.map((node) => ({
        name: node.name, depth: node.depth, url: node.url, label0: node.label, mass: node.mass,
        holds: node.holds, itemStyle: { color: node.colour, borderWidth: 0 },
      })),
      links: data.links.map((link) => ({
        source: link.source, target: link.target, value: link.g / 1e6, t: link.t,
        lineStyle: { color: shade(link, data.nodes), opacity: 0.34, curveness: 0.5 },
      })),
    }],
  };
}

/** Draw, or leave as it is where nothing changed; without data the picture goes. */
export function drawBands(box, all, words, anew = false) {
  const key = JSON.stringify(all);
  const old = drawn.get(box);
  if (!window.echarts || (old && old.key === key && !anew)) return;
  if (!all) {
    old?.chart.dispose();
    drawn.delete(box);
    return;
  }
  const data = layers(all);
  const chart = old?.chart ?? window.echarts.init(box, null, { renderer: "svg" });
  if (!old) {
    chart.on("click", ({ data: it }) => {
      const url = it?.url ?? drawn.get(box).nodes.find((node) => node.name === it?.target)?.url;
      if (url) window.location.assign(url);
    });
  }
  chart.resize();
  chart.setOption(option(data, box, words), { notMerge: true });
  drawn.set(box, { chart, key, nodes: data.nodes });
}
