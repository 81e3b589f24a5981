// Vehicles, sites, alarms and names over a map, drawn on a canvas of our own: no glyph server is
// needed, plates are in the page's font, and two hundred vehicles glide along.

const GLIDE_MS = { min: 1000, max: 12000 };
const OLD_MS = 10 * 60 * 1000;
const FRAME_MS = 33;
const REACH_PX = 14;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Overlay {
  /** `shown([longitude, latitude])` turns WGS-84 into what the base map is drawn in. */
  constructor(map, element, shown) {
    this.map = map;
    this.element = element;
    this.shown = shown;
    this.vehicles = new Map();
    this.sites = [];
    this.alarms = [];
    this.names = [];
    this.selected = "";
    this.visible = () => true;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "map-overlay";
    this.canvas.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().append(this.canvas);
    this.readColours();
    map.on("move", () => this.draw());
    map.on("resize", () => this.draw());
    this.draw();
  }

  readColours() {
    const style = getComputedStyle(this.element);
    this.colour = (token) => style.getPropertyValue(`--${token}`).trim() || "#8096ae";
    this.font = style.fontFamily;
  }

  /** Newest places; what is known glides there, what is new stands there. */
  place(vehicles) {
    const now = performance.now();
    for (const vehicle of vehicles) {
      const known = this.vehicles.get(vehicle.id);
      if (known && vehicle.time_ms < known.time_ms) continue;
      const to = [vehicle.longitude, vehicle.latitude];
      const from = known && !still.matches ? this.along(known, now) : to;
      const pause = known ? now - known.since : 0;
      const glide = Math.min(GLIDE_MS.max, Math.max(GLIDE_MS.min, pause));
      this.vehicles.set(vehicle.id, { ...vehicle, from, to, since: now, until: now + glide });
    }
    this.element.dataset.vehicles = this.vehicles.size;
    this.run();
  }

  setSites(sites) { this.sites = sites; this.draw(); }
  setAlarms(alarms) { this.alarms = alarms; this.run(); }
  setNames(names) { this.names = names; this.draw(); }
  /** Only vehicles for which `visible(vehicle)` says yes are drawn. */
  show(visible) { this.visible = visible; this.draw(); }
  select(id) { this.selected = id; this.draw(); }
  remove(id) { this.vehicles.delete(id); this.draw(); }

  /** Where a vehicle is drawn at this moment: [longitude, latitude], undefined for none. */
  at(id) {
    const vehicle = this.vehicles.get(id);
    return vehicle && this.along(vehicle, performance.now());
  }

  along({ from, to, since, until }, now) {
    const part = until > since ? Math.min(1, (now - since) / (until - since)) : 1;
    return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
  }

  /** `callback({ kind, item })` for a click on a vehicle, a site or an alarm. */
  onPick(callback) {
    this.map.on("click", ({ point }) => {
      const found = this.nearest(point);
      if (found) callback(found);
    });
    this.map.on("mousemove", ({ point }) => {
      this.map.getCanvas().style.cursor = this.nearest(point) ? "pointer" : "";
    });
  }

  nearest({ x, y }) {
    const now = performance.now();
    const things = [
      ...this.alarms.map((item) => ({ kind: "alarm", item, place: [item.longitude, item.latitude] })),
      ...[...this.vehicles.values()].filter(this.visible)
        .map((item) => ({ kind: "vehicle", item, place: this.along(item, now) })),
      ...this.sites.map((item) => ({ kind: "site", item, place: [item.longitude, item.latitude] })),
    ];
    let best = null;
    let reach = REACH_PX;
    for (const thing of things) {
      const at = this.project(thing.place);
      const distance = Math.hypot(at.x - x / this.scale, at.y - y / this.scale);
      if (distance < reach) { reach = distance; best = thing; }
    }
    return best;
  }

  /** Everything is drawn this much larger: `data-scale` of the element, for screens far away. */
  get scale() { return Number(this.element.dataset.scale) || 1; }

  /** Where a place is in the canvas, in drawn pixels. */
  project(place) {
    const { x, y } = this.map.project(this.shown(place));
    return { x: x / this.scale, y: y / this.scale };
  }

  /** Draw while something moves; nothing moves for ever, so neither does this. */
  run() {
    if (this.running) return;
    this.running = true;
    let last = 0;
    const frame = (now) => {
      if (now - last >= FRAME_MS) { last = now; this.draw(); }
      const moving = [...this.vehicles.values()].some(({ until }) => until > now);
      const ringing = this.alarms.length > 0 && !still.matches;
      this.running = this.element.isConnected && (moving || ringing);
      if (this.running) requestAnimationFrame(frame);
      else this.draw();
    };
    requestAnimationFrame(frame);
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio * this.scale, 0, 0, ratio * this.scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.drawNames(pen);
    this.drawSites(pen);
    this.drawVehicles(pen);
    this.drawAlarms(pen);
  }

  drawNames(pen) {
    pen.font = `${Math.min(19, Math.max(14, this.map.getContainer().clientWidth / this.scale / 40))}px ${this.font}`;
    pen.fillStyle = this.colour("muted");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.globalAlpha = 0.75;
    for (const { name, place } of this.names) {
      const { x, y } = this.project(place);
      pen.fillText(name, x, y);
    }
    pen.globalAlpha = 1;
  }

  drawSites(pen) {
    pen.lineWidth = 1.75;
    for (const site of this.sites) {
      const { x, y } = this.project([site.longitude, site.latitude]);
      pen.fillStyle = this.colour("panel");
      pen.strokeStyle = this.colour(site.domain || "muted");
      pen.beginPath();
      pen.roundRect(x - 4, y - 4, 8, 8, 2);
      pen.fill();
      pen.stroke();
      if (site.id === this.selected) this.label(pen, x, y, site.name);
    }
  }

  drawVehicles(pen) {
    const now = performance.now();
    for (const vehicle of this.vehicles.values()) {
      if (!this.visible(vehicle)) continue;
      const { x, y } = this.project(this.along(vehicle, now));
      const colour = this.colour(vehicle.domain || "muted");
      pen.globalAlpha = Date.now() - vehicle.time_ms > OLD_MS ? 0.4 : 1;
      this.tail(pen, x, y, vehicle, colour);
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(x, y, 4.5, 0, 2 * Math.PI);
      pen.fill();
      pen.lineWidth = 1.25;
      pen.strokeStyle = this.colour("panel");
      pen.stroke();
      if (vehicle.id === this.selected) this.chosen(pen, x, y, vehicle.plate, colour);
      pen.globalAlpha = 1;
    }
  }

  /** Where it comes from: the faster, the longer. */
  tail(pen, x, y, { heading_deg: heading, speed_kmh: speed }, colour) {
    if (speed < 3) return;
    const length = 10 + Math.min(22, speed * 0.3);
    const turn = (heading - this.map.getBearing()) * Math.PI / 180;
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.save();
    pen.globalAlpha *= 0.55;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x - Math.sin(turn) * length, y + Math.cos(turn) * length);
    pen.stroke();
    pen.restore();
  }

  chosen(pen, x, y, text, colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 10, 0, 2 * Math.PI);
    pen.stroke();
    this.label(pen, x + 6, y, text);
  }

  label(pen, x, y, text) {
    pen.font = `600 13px ${this.font}`;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineWidth = 3.5;
    pen.lineJoin = "round";
    pen.strokeStyle = this.colour("panel");
    pen.strokeText(text, x + 10, y);
    pen.fillStyle = this.colour("text");
    pen.fillText(text, x + 10, y);
  }

  drawAlarms(pen) {
    const beat = still.matches ? 0.5 : (performance.now() % 2000) / 2000;
    for (const alarm of this.alarms) {
      const { x, y } = this.project([alarm.longitude, alarm.latitude]);
      pen.strokeStyle = this.colour(alarm.severity === "error" ? "bad" : "attention");
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(x, y, 11, 0, 2 * Math.PI);
      pen.stroke();
      pen.globalAlpha = 0.6 * (1 - beat);
      pen.beginPath();
      pen.arc(x, y, 11 + 8 * beat, 0, 2 * Math.PI);
      pen.stroke();
      pen.globalAlpha = 1;
      if (alarm.label) this.label(pen, x + 10, y, alarm.label);
    }
  }
}
