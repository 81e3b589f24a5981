// The picture of a trace: layers of places, bands of mass; a click opens the place.
// On a narrow screen it runs from top to bottom.

const style = () => getComputedStyle(document.documentElement);
const token = (name) => style().getPropertyValue(name).trim();
const figure = (t) => t.toLocaleString("en-US", { maximumFractionDigits: Math.abs(t) < 10 ? 3 : 1 });
const EXACT = "#5b8db8", ATTRIBUTED = "#d9a441";
// Room for the names beside a node, or below it.
const LAYER_WIDTH = 110, LAYER_HEIGHT = 108;

const crowd = (data) => {
  const counts = {};
  for (const node of data.nodes) counts[node.depth] = (counts[node.depth] ?? 0) + 1;
  return Math.max(1, ...Object.values(counts));
};

/** Give the box the room that this many layers and nodes need; its panel scrolls sideways. */
export function fit(box, data) {
  const narrow = window.innerWidth < 700;
  if (narrow) {
    box.style.height = `${Math.max(300, data.layers * LAYER_HEIGHT)}px`;
    box.style.minWidth = `${Math.max(0, crowd(data) * 74)}px`;
    return;
  }
  box.style.height = `${Math.min(1600, Math.max(300, 60 + crowd(data) * 58))}px`;
  box.style.minWidth = `${data.layers * LAYER_WIDTH}px`;
}

function masses(data) {
  const sums = {};
  for (const { source, target, t } of data.links) {
    (sums[source] ??= { in: 0, out: 0 }).out += t;
    (sums[target] ??= { in: 0, out: 0 }).in += t;
  }
  return Object.fromEntries(Object.entries(sums).map(([name, s]) => [name, Math.max(s.in, s.out)]));
}

function tip(it, data, mass) {
  const element = document.createElement("span");
  const words = (name) => {
    const node = data.nodes.find((one) => one.name === name);
    return [node?.label, node?.note, node?.waste].filter(Boolean).join(" · ");
  };
  element.textContent = it.source
    ? `${words(it.source)} → ${words(it.target)}: ${figure(it.value)} t, ${data.words[it.exact ? "exact" : "attributed"]}`
    : `${words(it.name)}: ${figure(mass[it.name] ?? 0)} t`;
  return element;
}

const named = (node) => !node.road || node.start;

/** Beside its node, as wide as there is room until the next layer that has names. */
function label(node, data, narrow, layer) {
  const next = data.nodes.some((one) => one.depth === node.depth + 1 && named(one));
  return {
    show: named(node),
    position: narrow ? "bottom" : "right",
    width: narrow ? 76 : layer * (next ? 1 : 2) - 22,
  };
}

/** ``width``: of the box, in pixels. */
export function trace(data, width) {
  const narrow = window.innerWidth < 700;
  const mass = masses(data), layer = (width - 24) / data.layers;
  return {
    tooltip: { trigger: "item", confine: true, formatter: ({ data: it }) => tip(it, data, mass) },
    series: [{
      type: "sankey", orient: narrow ? "vertical" : "horizontal",
      left: 12, right: narrow ? 12 : layer, top: 18, bottom: narrow ? 74 : 40,
      nodeWidth: 12, nodeGap: narrow ? 34 : 40, layoutIterations: 32,
      // A name that would lie on another one is in the tip and in the table.
      labelLayout: { hideOverlap: true },
      draggable: false, animation: false, emphasis: { focus: "adjacency" },
      data: data.nodes.map((node) => ({
        name: node.name, depth: node.depth, url: node.url,
        words: node.label, note: node.note, waste: node.waste,
        itemStyle: {
          color: node.road ? "#b5c0cc" : node.colour,
          borderColor: token("--text"), borderWidth: node.start ? 2 : 0,
        },
        label: label(node, data, narrow, layer),
      })),
      links: data.links.map((link) => ({
        source: link.source, target: link.target, value: link.t, exact: link.exact,
        lineStyle: { color: link.exact ? EXACT : ATTRIBUTED, opacity: 0.38, curveness: 0.5 },
      })),
      label: {
        color: token("--text"), fontFamily: token("--font"), fontSize: narrow ? 11 : 13,
        lineHeight: narrow ? 14 : 17, overflow: "truncate",
        textBorderColor: token("--panel"), textBorderWidth: 3,
        // The waste only where it is another one than at the start.
        formatter: ({ name, data: it }) => [
          it.words, it.note, it.waste === data.waste ? "" : it.waste, `${figure(mass[name] ?? 0)} t`,
        ].filter(Boolean).join("\n"),
      },
    }],
  };
}
