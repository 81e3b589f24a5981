// Counts down how long a shown code is valid.
const left = document.querySelector("[data-left-s]");

if (left) {
  const ends = Date.now() + Number(left.dataset.leftS) * 1000;
  const tick = () => {
    const seconds = Math.max(0, Math.round((ends - Date.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (!seconds) window.location.reload();
    else window.setTimeout(tick, 1000);
  };
  tick();
}
