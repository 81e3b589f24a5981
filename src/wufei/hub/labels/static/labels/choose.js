// Choosing on a list: all of the page at once, and how many are chosen.
function boxes() {
  return [...document.querySelectorAll("input[form=choose][name=lot]")];
}

function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  const shown = document.querySelector("[data-chosen]");
  const all = document.querySelector("[data-choose-all]");
  if (shown) shown.textContent = chosen ? `(${chosen})` : "";
  if (all) {
    all.hidden = false;
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  count();
});
document.addEventListener("htmx:afterSwap", count);
count();
