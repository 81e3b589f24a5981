// The form of a new manifest: whole containers with one press, their sum, trucks of the carrier.

const GRAMS = { t: 1_000_000, kg: 1_000 };
const parts = () => {
  const form = document.getElementById("issue-form");
  return form && { form, sum: document.getElementById("lots-sum"), lots: [...form.querySelectorAll(".lot-input")] };
};

const unit = (form) => form.querySelector('[name="unit_0"]:checked')?.value ?? "t";

function showSum() {
  const { form, sum, lots } = parts() ?? {};
  if (!sum) return;
  const values = lots.map((lot) => lot.value.trim().replaceAll(/[,，]/g, "")).filter(Boolean);
  const total = values.reduce((all, text) => all + Number(text) * GRAMS[unit(form)], 0);
  sum.textContent = values.length && Number.isFinite(total)
    ? `${(total / GRAMS.t).toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 6 })} t`
    : "—";
}

function wholeLot(name) {
  const { form } = parts();
  const input = form.querySelector(`[name="${name}"]`);
  input.value = Number(input.dataset.free) / GRAMS[unit(form)];
  showSum();
}

/** Only the trucks of the chosen carrier; all of them before one is chosen. */
function showTrucks() {
  const { form } = parts() ?? {};
  const source = document.getElementById("trucks");
  if (!form || !source) return;
  const owners = JSON.parse(source.textContent);
  const carrier = form.querySelector('[name="carrier"]').value;
  const select = form.querySelector('[name="vehicle"]');
  for (const option of select.options) {
    const other = option.value && carrier && owners[option.value] !== carrier;
    option.hidden = option.disabled = Boolean(other);
    if (other && option.selected) select.value = "";
  }
}

document.addEventListener("click", (event) => {
  const whole = event.target.closest("[data-whole]");
  if (whole) wholeLot(whole.dataset.whole);
});
document.addEventListener("input", (event) => {
  if (event.target.closest("#lots, .units")) showSum();
});
document.addEventListener("change", (event) => {
  if (event.target.matches('#issue-form [name="carrier"]')) showTrucks();
});
document.addEventListener("page:shown", () => { showSum(); showTrucks(); });
showSum();
showTrucks();
