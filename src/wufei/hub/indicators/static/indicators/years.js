// The years of one indicator: bars, and each year's target as a tick across its bar.

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const drawn = new Map();

function top(data) {
  const shown = [...data.values, ...data.targets].filter((value) => value !== null);
  return Math.max(100, ...shown);
}

function option(data) {
  const last = data.years.length - 1;
  const font = token("--font");
  return {
    animation: false,
    grid: { left: 8, right: 12, top: 28, bottom: 4, containLabel: true },
    tooltip: { trigger: "axis", valueFormatter: (value) => (value == null ? "—" : `${value} %`) },
    xAxis: {
      type: "category",
      data: data.years.map((year, n) => (n === last && data.running ? `${year}\n${data.words.running}` : year)),
      axisLabel: { color: token("--muted"), fontFamily: font, lineHeight: 16 },
      axisLine: { lineStyle: { color: token("--line") } }, axisTick: { show: false },
    },
    yAxis: {
      type: "value", max: top(data), axisLabel: { color: token("--muted"), formatter: "{value}" },
      splitLine: { lineStyle: { color: token("--line") } },
    },
    series: [
      {
        name: data.words.value, type: "bar", data: data.values, barMaxWidth: 44,
        itemStyle: { color: data.colour },
        label: {
          show: true, position: "top", color: token("--text"), fontFamily: font,
          formatter: ({ value }) => value.toFixed(1),
        },
      },
      {
        name: data.words.target, type: "scatter", data: data.targets, symbol: "rect",
        symbolSize: [56, 3], itemStyle: { color: token("--text") }, z: 5,
      },
    ],
  };
}

function draw(box) {
  const source = document.getElementById(box.dataset.years);
  if (!source || !window.echarts) return;
  drawn.get(box)?.dispose();
  const chart = window.echarts.init(box, null, { renderer: "svg" });
  chart.setOption(option(JSON.parse(source.textContent)));
  drawn.set(box, chart);
}

document.querySelectorAll("[data-years]").forEach(draw);
window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
