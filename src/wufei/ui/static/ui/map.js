// A map of the district: schematic town outlines, a base map only where one is configured.
// The element (components/map.html) says where worker, outlines and base map are.

import { toGcj02 } from "./gcj02.js";
import { Overlay } from "./map-overlay.js";

const PADDING = 24;
const FALLBACK = [[115.89, 36.29], [116.12, 36.46]];

/**
 * A MapLibre map in `element`, its things in `map.overlay` (see map-overlay.js; also reachable as
 * `element.overlay`). `dark` draws a dark base map, `interactive` false a picture. Returns null
 * where the browser cannot draw maps: the element then says so in words.
 */
export function makeMap(element, { dark = false, interactive = true } = {}) {
  const { maplibregl } = window;
  maplibregl.setWorkerUrl(element.dataset.worker);
  let map;
  try {
    map = new maplibregl.Map({
      container: element,
      style: style(element, dark),
      bounds: FALLBACK,
      fitBoundsOptions: { padding: PADDING },
      interactive,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      maxZoom: 18,
      locale: {
        "Map.Title": element.dataset.title,
        "NavigationControl.ZoomIn": element.dataset.zoomIn,
        "NavigationControl.ZoomOut": element.dataset.zoomOut,
      },
    });
  } catch (error) {
    element.textContent = element.dataset.noMap;
    element.classList.add("map-none");
    return null;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  if (interactive) map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  const shown = element.dataset.datum === "gcj02" ? toGcj02 : (place) => place;
  map.overlay = new Overlay(map, element, shown);
  element.overlay = map.overlay;
  element.map = map;
  map.ready = drawTowns(map, element, shown);
  return map;
}

/** Fit the map to these places ([longitude, latitude], WGS-84). */
export function fit(map, places, options = {}) {
  if (!places.length) return;
  const bounds = new window.maplibregl.LngLatBounds();
  for (const place of places) bounds.extend(map.overlay.shown(place));
  map.fitBounds(bounds, { padding: PADDING, maxZoom: 15, animate: false, ...options });
}

/** A line through `places` under this name; a second call with the same name replaces it. */
export async function drawLine(map, name, places, { colour, width = 3, dashed = false, opacity = 1 }) {
  await map.ready;
  const line = {
    type: "Feature", properties: {},
    geometry: { type: "LineString", coordinates: places.map(map.overlay.shown) },
  };
  const known = map.getSource(name);
  if (known) return void known.setData(line);
  map.addSource(name, { type: "geojson", data: line });
  map.addLayer({
    id: name, type: "line", source: name, layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": colour, "line-width": width, "line-opacity": opacity,
      ...(dashed ? { "line-dasharray": [2, 2] } : {}),
    },
  });
}

const tokens = (element) => {
  const found = getComputedStyle(element);
  return (name) => found.getPropertyValue(`--${name}`).trim();
};

function style(element, dark) {
  const token = tokens(element);
  const base = tianditu(element, dark) ?? pmtiles(element, token) ?? { sources: {}, layers: [] };
  element.classList.toggle("map-based", base.layers.length > 0);
  return {
    version: 8,
    sources: base.sources,
    layers: [
      { id: "ground", type: "background", paint: { "background-color": token("map-ground") } },
      ...base.layers,
    ],
  };
}

function tianditu({ dataset }, dark) {
  if (!dataset.tianditu) return null;
  const tiles = (layer) => Array.from({ length: 8 }, (_none, n) =>
    `https://t${n}.tianditu.gov.cn/${layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0`
    + `&LAYER=${layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles`
    + `&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=${encodeURIComponent(dataset.tianditu)}`);
  const source = (layer) => ({ type: "raster", tiles: tiles(layer), tileSize: 256, maxzoom: 18 });
  // The same tiles at night: inverted brightness keeps roads and names readable.
  const paint = dark
    ? { "raster-brightness-min": 0.55, "raster-brightness-max": 0.05, "raster-saturation": -0.6 }
    : { "raster-saturation": -0.4 };
  return {
    sources: { vec: source("vec"), cva: source("cva") },
    layers: [
      { id: "vec", type: "raster", source: "vec", paint },
      { id: "cva", type: "raster", source: "cva", paint },
    ],
  };
}

function pmtiles({ dataset }, token) {
  if (!dataset.pmtiles) return null;
  if (!window.pmtilesKnown) {
    window.maplibregl.addProtocol("pmtiles", new window.pmtiles.Protocol().tile);
    window.pmtilesKnown = true;
  }
  const url = `pmtiles://${new URL(dataset.pmtiles, location.href)}`;
  if (dataset.pmtilesKind === "raster") {
    return {
      sources: { base: { type: "raster", url, tileSize: 256 } },
      layers: [{ id: "base", type: "raster", source: "base" }],
    };
  }
  const layer = (id, type, paint) => ({ id: `base-${id}`, type, source: "base", "source-layer": id, paint });
  return {
    sources: { base: { type: "vector", url } },
    // Layers of the Protomaps basemap; names would need a glyph server and are left out.
    layers: [
      layer("landuse", "fill", { "fill-color": token("soft"), "fill-opacity": 0.6 }),
      layer("water", "fill", { "fill-color": token("map-water") }),
      layer("roads", "line", { "line-color": token("map-road"), "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.5, 16, 5] }),
      layer("buildings", "fill", { "fill-color": token("line"), "fill-opacity": 0.7 }),
    ],
  };
}

async function drawTowns(map, element, shown) {
  const loaded = map.loaded() ? Promise.resolve() : new Promise((resolve) => map.once("load", resolve));
  const answer = await fetch(element.dataset.towns);
  const towns = await answer.json();
  const chinese = document.documentElement.lang.startsWith("zh");
  const features = towns.features.map((town) => ({
    ...town,
    geometry: {
      ...town.geometry, coordinates: town.geometry.coordinates.map((ring) => ring.map(shown)),
    },
  }));
  map.overlay.setNames(towns.features.map(({ properties }) => ({
    name: chinese ? properties.name : properties.name_en || properties.name, place: properties.label,
  })));
  await loaded;
  const token = tokens(element);
  const based = element.classList.contains("map-based");
  map.addSource("towns", { type: "geojson", data: { type: "FeatureCollection", features } });
  map.addLayer({
    id: "towns-fill", type: "fill", source: "towns",
    paint: { "fill-color": token("map-town"), "fill-opacity": based ? 0.05 : 1 },
  });
  map.addLayer({
    id: "towns-line", type: "line", source: "towns",
    paint: { "line-color": token("map-border"), "line-width": 1.25, ...(based ? { "line-dasharray": [3, 2] } : {}) },
  });
  element.dataset.ready = "yes";
}
