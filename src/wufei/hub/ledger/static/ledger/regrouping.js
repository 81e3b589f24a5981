// What is taken, what is filled and what is left, while the form is being filled in.

const GRAMS_PER_T = 1_000_000;
const form = document.querySelector("[data-regrouping]");

/** Whole grams of what was written in tonnes; null where it is no number. */
function grams(text) {
  const tidy = text.trim().replaceAll(/[,，]/g, "");
  if (!/^\d*\.?\d*$/.test(tidy) || !/\d/.test(tidy)) return null;
  return Math.round(Number(tidy) * GRAMS_PER_T);
}

const tonnes = (massG) => (massG / GRAMS_PER_T)
  .toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 6 });

function takenG(row) {
  if (!row.querySelector("[type=checkbox]").checked) return 0;
  const text = row.querySelector("[name$=-value]").value;
  return text.trim() ? grams(text) ?? 0 : Number(row.dataset.free);
}

function count() {
  const taken = [...form.querySelectorAll("[data-lot]")].reduce((sum, row) => sum + takenG(row), 0);
  const amounts = [...form.querySelectorAll("#output-rows [name$=-value]")].map((input) => input.value);
  const filled = amounts.reduce((sum, text) => sum + (grams(text) ?? 0), 0);
  // The one container without an amount takes the rest.
  const open = amounts.some((text) => !text.trim());
  form.querySelector("[data-taken]").textContent = tonnes(taken);
  form.querySelector("[data-filled]").textContent = tonnes(filled);
  form.querySelector("[data-left]").textContent = tonnes(taken - filled);
  const off = taken < filled || (!open && taken !== filled);
  form.querySelector("[data-left-box]").classList.toggle("bad", off);
}

if (form) {
  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-lot]");
    if (row && event.target.name.endsWith("-value") && event.target.value.trim()) {
      row.querySelector("[type=checkbox]").checked = true;
    }
    count();
  });
  form.addEventListener("change", count);
  form.addEventListener("rowgone", count);
  document.addEventListener("htmx:afterSettle", count);
  count();
}
