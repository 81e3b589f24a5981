// Says at once what is accepted and what is refused of a load, while somebody writes it.

const GRAMS = { t: 1_000_000, kg: 1_000 };

function grams(form, name) {
  const text = form.querySelector(`[name="${name}"]`)?.value.trim().replaceAll(/[,，]/g, "") ?? "";
  const unit = form.querySelector(`[name="${name.replace("value", "unit")}"]:checked`)?.value ?? "t";
  return /^\d*\.?\d+\.?$/.test(text) ? Number(text) * GRAMS[unit] : 0;
}

function refusedG(form, part, weighedG) {
  if (part.querySelector('[name="refuse_all"]').checked) return weighedG;
  let sum = 0;
  for (const one of part.querySelectorAll("[data-refused]")) sum += grams(form, one.name);
  for (const one of part.querySelectorAll("[data-refused-lot]:checked")) sum += Number(one.dataset.refusedLot);
  return sum;
}

function tonnes(massG) {
  return `${(massG / GRAMS.t).toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 })} t`;
}

function show(form) {
  const part = form.querySelector("[data-refuse]");
  const place = part?.querySelector("[data-split]");
  if (!place) return;
  // At a site the weight is being written on the same page.
  const weighedG = Number(part.dataset.weighed ?? 0) || grams(form, "value_0");
  const outG = refusedG(form, part, weighedG);
  const words = place.dataset;
  place.textContent = weighedG && outG
    ? `${words.accepted} ${tonnes(weighedG - outG)} · ${words.refusedWords} ${tonnes(outG)}`
    : "";
  place.classList.toggle("negative", outG > weighedG);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-sign]");
  if (form) show(form);
});
for (const form of document.querySelectorAll("form[data-sign]")) show(form);
