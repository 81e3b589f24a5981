// The waste picker: a combobox whose options HTMX fetches (WAI-ARIA combobox with listbox).
// Listens on the document, so pickers that HTMX brings later work too.

const PICKER = ".waste-picker";

const parts = (element) => {
  const picker = element.closest?.(PICKER);
  if (!picker) return null;
  return { input: picker.querySelector("input"), list: picker.querySelector("[role=listbox]") };
};
const options = (list) => [...list.querySelectorAll("[role=option]")];
const chosen = (list) => list.querySelector("[aria-selected=true]");

function close({ input, list }) {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function open({ input, list }) {
  list.hidden = !list.children.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  const edge = document.documentElement.clientWidth - 8;
  list.classList.toggle("from-right", input.getBoundingClientRect().left + list.offsetWidth > edge);
  // On a phone the keyboard and the bottom bar leave little room below.
  const room = window.innerHeight - input.getBoundingClientRect().bottom;
  if (!list.hidden && room < 320) input.scrollIntoView({ block: "start" });
}

function mark({ input, list }, option) {
  chosen(list)?.setAttribute("aria-selected", "false");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

function take(picker, option) {
  const { input, list } = picker;
  input.value = option.dataset.value;
  close(picker);
  list.replaceChildren();
  // Forms that depend on the waste (units, lots, methods) listen for a change.
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function step(picker, by) {
  const all = options(picker.list);
  if (!all.length) return;
  const at = all.indexOf(chosen(picker.list));
  mark(picker, all[(at + by + all.length) % all.length]);
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.(`${PICKER} [role=listbox]`)) return;
  const picker = parts(event.target);
  // The answer may come after the person has gone on.
  if (document.activeElement !== picker.input) return close(picker);
  open(picker);
  if (options(picker.list).length) mark(picker, options(picker.list)[0]);
});

document.addEventListener("keydown", (event) => {
  const picker = parts(event.target);
  if (!picker || event.isComposing) return;
  const { list } = picker;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) return open(picker);
    step(picker, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !list.hidden && chosen(list)) {
    event.preventDefault();
    take(picker, chosen(list));
  } else if (event.key === "Escape" && !list.hidden) {
    event.stopPropagation();
    close(picker);
  } else if (event.key === "Tab") {
    close(picker);
  }
});

// mousedown comes before the input loses the focus.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.(`${PICKER} [role=option]`);
  if (!option) return;
  event.preventDefault();
  take(parts(option), option);
});

document.addEventListener("focusout", (event) => {
  const picker = parts(event.target);
  if (picker && event.target === picker.input) close(picker);
});
