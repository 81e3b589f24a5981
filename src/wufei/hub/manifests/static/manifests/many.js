// Rows that are signed together: choose all, say how many, choose a row by writing its weight.

function boxes(form) {
  return [...document.querySelectorAll(`input[type=checkbox][name=one]`)].filter((one) => one.form?.id === form);
}

/** How many are chosen stands on the button, which does nothing while there is none. */
function count(form) {
  const chosen = boxes(form).filter((one) => one.checked).length;
  for (const place of document.querySelectorAll(`[data-pick-count="${form}"]`)) place.textContent = chosen || "";
  for (const button of document.querySelectorAll(`[data-pick-needed="${form}"]`)) button.disabled = chosen === 0;
  for (const all of document.querySelectorAll(`[data-pick-all="${form}"]`)) {
    all.checked = chosen > 0 && chosen === boxes(form).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

document.addEventListener("change", ({ target }) => {
  if (target.dataset.pickAll) {
    for (const one of boxes(target.dataset.pickAll)) one.checked = target.checked;
    count(target.dataset.pickAll);
  } else if (target.name === "one" && target.form) {
    count(target.form.id);
  }
});

document.addEventListener("input", ({ target }) => {
  if (!target.dataset.picks || !target.form) return;
  const row = boxes(target.form.id).find((one) => one.value === target.dataset.picks);
  if (row) row.checked = target.value.trim() !== "";
  count(target.form.id);
});

/** The page is shown anew after each try. */
function begin() {
  for (const button of document.querySelectorAll("[data-pick-needed]")) count(button.dataset.pickNeeded);
}

new MutationObserver(begin).observe(document.body, { childList: true });
begin();
