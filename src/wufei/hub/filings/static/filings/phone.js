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

// The keypad's "next" goes to the next number, and never hands in by itself.
const numbers = [...document.querySelectorAll(".stepper input")];
numbers.forEach((input, place) => {
  input.enterKeyHint = place + 1 < numbers.length ? "next" : "done";
  input.addEventListener("focus", () => input.select());
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const next = numbers.slice(place + 1).find((one) => one.offsetParent !== null);
    if (next) next.focus();
    else input.blur();
  });
});

// Without network nothing is sent, so nothing that was typed is lost.
const filing = document.getElementById("phone-filing");
if (filing) {
  filing.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    tell();
    network.scrollIntoView();
  });
}
