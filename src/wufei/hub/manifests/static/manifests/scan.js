// Scans a code with the phone's camera; what it says is looked up by the server.
import QrScanner from "../vendor/qr-scanner/qr-scanner.min.js";

const camera = document.getElementById("camera");
const button = document.getElementById("scan");
const problem = document.getElementById("camera-problem");
let scanner = null;

function open(text) {
  // A code of this very site leads straight to its page.
  const path = /^\/(m|t|c)\/[0-9a-f-]{36}\/$/i;
  try {
    const url = new URL(text);
    if (url.origin === window.location.origin && path.test(url.pathname)) {
      return window.location.assign(url.pathname);
    }
  } catch {
    // No address: a number, a plate, or something else.
  }
  return window.location.assign(`${camera.dataset.find}?code=${encodeURIComponent(text)}`);
}

function label(words) {
  button.querySelector("span").textContent = words;
}

function stop() {
  scanner?.destroy();
  scanner = null;
  camera.hidden = true;
  label(button.dataset.start);
}

async function start() {
  problem.hidden = true;
  camera.hidden = false;
  label(button.dataset.stop);
  scanner = new QrScanner(
    camera.querySelector("video"),
    (found) => { stop(); open(found.data); },
    { returnDetailedScanResult: true, preferredCamera: "environment", highlightScanRegion: true },
  );
  try {
    await scanner.start();
  } catch {
    stop();
    problem.hidden = false;
    problem.textContent = camera.dataset.denied;
    document.getElementById("code").focus();
  }
}

button.addEventListener("click", () => (scanner ? stop() : start()));
window.addEventListener("pagehide", stop);
