// A file that is too large is said to be so before it is sent.
for (const input of document.querySelectorAll("input[type=file][data-mb-max]")) {
  input.addEventListener("change", () => {
    const limit = Number(input.dataset.mbMax) * 1_000_000;
    const large = [...input.files].some((file) => file.size > limit);
    input.setCustomValidity(large ? input.dataset.tooLarge : "");
    input.reportValidity();
  });
}
