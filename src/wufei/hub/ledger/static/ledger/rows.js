// Rows of the treatment form (add, remove) and live differences of the stock-take.

const GRAMS_PER_T = 1_000_000;

async function addRow(button) {
  const part = button.dataset.addRow;
  const rows = document.getElementById(`${part}-rows`);
  const number = Number(rows.dataset.next);
  rows.dataset.next = number + 1;
  const url = button.dataset.url.replace("/0/", `/${number}/`);
  await window.htmx.ajax("GET", url, { target: rows, swap: "beforeend" });
  rows.lastElementChild?.querySelector("input, select")?.focus();
}

function dropRow(button) {
  const form = button.closest("form");
  button.closest("[data-row]").remove();
  form.dispatchEvent(new Event("rowgone"));
}

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add-row]");
  if (add) addRow(add);
  const drop = event.target.closest("[data-drop-row]");
  if (drop) dropRow(drop);
});

/** Write what the book says into every lot of one stock: most of them stand as they should. */
function asBook(account) {
  for (const row of document.querySelectorAll(`tr[data-lot-of="${account}"]`)) {
    const input = row.querySelector("[data-counted]");
    input.value = Number(row.querySelector("[data-book]").dataset.book) / GRAMS_PER_T;
    recount(input);
  }
}

document.addEventListener("click", (event) => {
  const fill = event.target.closest("[data-as-book]");
  if (fill) asBook(fill.dataset.asBook);
});

/** Whole grams of what was written in tonnes; null where it is no number. */
function grams(text) {
  const tidy = text.trim().replaceAll(/[,，]/g, "");
  if (!/^\d*\.?\d*$/.test(tidy) || !/\d/.test(tidy)) return null;
  return Math.round(Number(tidy) * GRAMS_PER_T);
}

function tonnes(massG) {
  const text = (Math.abs(massG) / GRAMS_PER_T)
    .toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 6 });
  return massG < 0 ? `−${text}` : massG > 0 ? `+${text}` : text;
}

function showDifference(row, countedG) {
  const box = row.querySelector("[data-difference]");
  const bookG = Number(row.querySelector("[data-book]").dataset.book);
  box.className = "difference";
  if (countedG === null) { box.textContent = "—"; return; }
  const off = countedG - bookG;
  box.textContent = tonnes(off);
  box.classList.add(off < 0 ? "less" : off > 0 ? "more" : "same");
}

function recount(input) {
  const row = input.closest("tr");
  showDifference(row, grams(input.value));
  if (!row.dataset.lotOf) return;
  const whole = document.querySelector(`tr[data-count="${row.dataset.lotOf}"]`);
  const lots = [...document.querySelectorAll(`tr[data-lot-of="${row.dataset.lotOf}"] [data-counted]`)];
  const counted = lots.map((lot) => grams(lot.value));
  const sum = counted.includes(null) ? null : counted.reduce((a, b) => a + b, 0);
  whole.querySelector("[data-sum]").textContent = sum === null ? "—" : tonnes(sum).replace("+", "");
  showDifference(whole, sum);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-counted]")) recount(event.target);
});
document.querySelectorAll("[data-counted]").forEach((input) => input.value && recount(input));
