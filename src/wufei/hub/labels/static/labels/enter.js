// Hands in what stands behind the # of a scanned code, then forgets it.
const form = document.getElementById("enter");
const token = window.location.hash.slice(1);

if (form && token) {
  form.elements.token.value = token;
  window.history.replaceState(null, "", window.location.pathname);
  form.submit();
} else {
  document.getElementById("no-token")?.removeAttribute("hidden");
}
