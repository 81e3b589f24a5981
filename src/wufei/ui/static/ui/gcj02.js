// WGS-84 to GCJ-02, for base maps that are drawn in it: at the edge of the display and nowhere else.
// The published approximation of the offset (Krasovsky 1940 ellipsoid); good to some metres.

const A = 6378245.0;
const EE = 0.00669342162296594323;
const RAD = Math.PI / 180;

const inChina = (longitude, latitude) =>
  longitude > 72.004 && longitude < 137.8347 && latitude > 0.8293 && latitude < 55.8271;

const waves = (x, terms) => terms.reduce((sum, [weight, turn]) => sum + weight * Math.sin(x * turn * Math.PI), 0) * 2 / 3;

function north(x, y) {
  return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x))
    + waves(x, [[20, 6], [20, 2]]) + waves(y, [[20, 1], [40, 1 / 3]]) + waves(y, [[160, 1 / 12], [320, 1 / 30]]);
}

function east(x, y) {
  return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x))
    + waves(x, [[20, 6], [20, 2]]) + waves(x, [[20, 1], [40, 1 / 3]]) + waves(x, [[150, 1 / 12], [300, 1 / 30]]);
}

/** Degrees WGS-84 to degrees GCJ-02; places outside China stay. */
export function toGcj02([longitude, latitude]) {
  if (!inChina(longitude, latitude)) return [longitude, latitude];
  const [x, y] = [longitude - 105, latitude - 35];
  const sine = Math.sin(latitude * RAD);
  const magic = 1 - EE * sine * sine;
  const root = Math.sqrt(magic);
  return [
    longitude + east(x, y) / (A / root * Math.cos(latitude * RAD) * RAD),
    latitude + north(x, y) / (A * (1 - EE) / (magic * root) * RAD),
  ];
}
