// The map panel: vehicles that move, alarms as rings.

export async function showMap(box, note, words, soon) {
  return null;
}
