// The way of one manifest on the map: both ends, the line that is to be driven, and the track of
// the truck as far as it has come.
import { drawLine, fit, makeMap } from "../ui/map.js";

const element = document.getElementById("way");

async function track(url) {
  const answer = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) return [];
  const { geometry } = await answer.json();
  return geometry.coordinates;
}

async function draw() {
  const { ends, path, domain, track_url: url } = JSON.parse(document.getElementById("way-data").textContent);
  const map = makeMap(element, { interactive: true });
  if (!map) return;
  const colour = map.overlay.colour(domain);
  const planned = path?.coordinates ?? ends.map((end) => [end.longitude, end.latitude]);
  fit(map, planned);
  map.overlay.setSites(ends.map((end) => ({ ...end, domain })));
  await drawLine(map, "planned", planned, { colour, width: 6, opacity: 0.35, dashed: !path });
  const driven = url ? await track(url) : [];
  if (driven.length > 1) await drawLine(map, "driven", driven, { colour, width: 3 });
}

if (element) draw();
