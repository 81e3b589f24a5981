// A phone form: − and ＋ beside big numbers, and the network in words.

for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => {
    const input = button.parentElement.querySelector("input");
    const value = Number(input.value.replace(/,/g, "")) || 0;
    const decimals = (input.value.split(".")[1] || "").length;
    const next = value + Number(button.dataset.step);
    const least = input.dataset.min === "" ? 0 : Number(input.dataset.min);
    input.value = Math.max(least, next).toFixed(decimals);
  });
}

for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    const words = input.parentElement.querySelector("[data-photo]");
    if (words && input.files.length) words.textContent = `${words.dataset.taken}: ${input.files[0].name}`;
  });
}

const network = document.getElementById("network");
function tell() {
  network.textContent = network.dataset.offline;
  network.hidden = navigator.onLine;
}
addEventListener("online", tell);
addEventListener("offline", tell);
if (network) tell();
