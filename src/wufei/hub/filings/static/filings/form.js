// A form as one writes it: saves itself, shows what is wrong where it is wrong, keeps tables by keyboard.

const form = document.getElementById("filing");
const WAIT_MS = 900;
let timer = 0;
let next = Date.now();

function saveSoon(wait = WAIT_MS) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

// One save after the other: each writes on the edition that the one before it has made.
let saving = null;
let again = false;
function save() {
  if (saving) again = true;
  else form.dispatchEvent(new CustomEvent("save-draft"));
}

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  if (event.target.dataset.look) look(event.target);
  saveSoon();
});
form.addEventListener("change", (event) => {
  if (event.target.type === "file") upload(event.target);
  else saveSoon(200);
});

// Submitting waits for a save that is under way: both would write on the same edition.
let waiting = null;
form.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt === form) saving = detail.xhr;
});
for (const end of ["htmx:afterSettle", "htmx:sendError", "htmx:responseError"]) form.addEventListener(end, settled);
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  again = false;
  if (!saving) return;
  event.preventDefault();
  waiting = event.submitter;
});

// One answer settles in several places of the page: only its first one ends the save.
function settled({ detail }) {
  if (detail.xhr !== saving) return;
  saving = null;
  if (waiting) {
    const submitter = waiting;
    waiting = null;
    form.requestSubmit(submitter);
  } else if (again) {
    again = false;
    save();
  }
}

// What the server says of the draft: problems, what is computed, shown and required.
document.addEventListener("htmx:afterSwap", () => {
  const data = document.getElementById("state-data");
  if (!data) return;
  apply(JSON.parse(data.textContent));
  data.remove();
});
document.addEventListener("htmx:sendError", () => {
  const line = document.getElementById("saved");
  line.textContent = form.dataset.unsaved;
  line.classList.add("attention");
  saveSoon(10_000);
});

function rowsOf(section) {
  return [...form.querySelectorAll(`table[data-rows="${section}"] > tbody > tr`)];
}

function placeOf(section, row, field) {
  const within = row === null ? form.querySelector(`[data-section="${section}"]`) : rowsOf(section)[row];
  return within?.querySelector(`[data-field="${field}"]`) ?? null;
}

function notesOf(section) {
  // What is said of the form as a whole stands beside its buttons.
  return form.querySelector(section ? `[data-section="${section}"] [data-part-notes]` : "#at[data-part-notes]");
}

function apply(state) {
  const notes = new Map();
  for (const problem of state.problems) {
    const place = problem.field ? placeOf(problem.section, problem.row, problem.field) : null;
    const target = place?.querySelector("[data-below]") ?? notesOf(problem.section);
    if (target) notes.set(target, [...(notes.get(target) ?? []), problem]);
  }
  for (const target of form.querySelectorAll("[data-below], [data-part-notes]")) {
    showNotes(target, notes.get(target) ?? []);
  }
  for (const one of state.fields) showField(one);
  for (const { section, field, text } of state.sums) {
    const cell = form.querySelector(`table[data-rows="${section}"] [data-sum="${field}"] b`);
    if (cell) cell.textContent = text;
  }
}

function showField({ section, row, field, shown, required, text, named }) {
  const place = placeOf(section, row, field);
  if (!place) return;
  const hidden = place.matches(".field") ? place : place.querySelector(".cell");
  hidden.hidden = !shown;
  const mark = place.querySelector("[data-required]");
  if (mark) mark.hidden = !required;
  const output = place.querySelector("[data-computed]");
  if (output) output.textContent = text;
  const name = place.querySelector("[data-named]");
  if (name) name.textContent = named;
}

function showNotes(target, problems) {
  const holder = target.closest(".field, td");
  const bad = problems.some((one) => one.error);
  holder?.classList.toggle("has-errors", bad);
  holder?.querySelector("input, select, textarea")?.setAttribute("aria-invalid", bad);
  const kept = new Map([...target.querySelectorAll(".note-line")].map((line) => [line.dataset.key, line]));
  for (const [key, line] of kept) if (!problems.some((one) => one.key === key)) line.remove();
  for (const one of problems) {
    const line = kept.get(one.key);
    if (line) line.querySelector("p").textContent = one.text;
    else target.append(noteLine(one));
  }
}

function noteLine(one) {
  const line = document.createElement("div");
  line.className = `note-line ${one.error ? "bad" : "attention"}`;
  line.dataset.key = one.key;
  const words = document.createElement("p");
  words.textContent = one.text;
  line.append(words);
  if (!one.error) {
    const label = document.createElement("label");
    label.className = "reason";
    const say = document.createElement("span");
    say.textContent = form.dataset.why;
    const input = document.createElement("input");
    input.name = `reason-${one.key}`;
    input.maxLength = 500;
    label.append(say, input);
    line.append(label);
  }
  return line;
}

// Tables: rows come and go by button and by keyboard.
form.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add]");
  const remove = event.target.closest("[data-remove]");
  if (add) addRow(add.dataset.add, true);
  else if (remove) removeRow(remove.closest("tr"));
  else return;
  event.preventDefault();
});

function addRow(section, focus) {
  const table = form.querySelector(`table[data-rows="${section}"]`);
  if (rowsOf(section).length >= Number(table.dataset.rowsMax)) return null;
  const template = form.querySelector(`template[data-new-row="${section}"]`);
  const row = template.content.querySelector("tr").cloneNode(true);
  const number = `n${next++}`;
  for (const one of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of [...one.attributes]) {
      if (attribute.value.includes("NEW")) one.setAttribute(attribute.name, attribute.value.replace("NEW", number));
    }
  }
  table.tBodies[0].append(row);
  countRows(table);
  if (focus) row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  return row;
}

function removeRow(row) {
  const table = row.closest("table");
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  countRows(table);
  (beside?.querySelector("input:not([type=hidden]), select") ?? form.querySelector(`[data-add="${table.dataset.rows}"]`)).focus();
  saveSoon(200);
}

function countRows(table) {
  const rows = [...table.tBodies[0].rows];
  rows.forEach((row, at) => (row.querySelector("[data-number]").textContent = at + 1));
  table.closest("[data-section]").querySelector("[data-row-count]").textContent = rows.length;
}

form.addEventListener("keydown", (event) => {
  const row = event.target.closest("table[data-rows] tr");
  if (event.key === "Delete" && event.altKey && row) {
    event.preventDefault();
    removeRow(row);
  } else if (event.key === "Enter" && event.target.matches("input, select")) {
    event.preventDefault();
    if (row) below(row, event.target);
    else step(event.target);
  }
});

function below(row, from) {
  const section = row.closest("table").dataset.rows;
  const column = from.closest("td").cellIndex;
  const target = row.nextElementSibling ?? addRow(section, false);
  (row.nextElementSibling ? target?.cells[column] : target)?.querySelector("input:not([type=hidden]), select")?.focus();
}

function step(from) {
  const stops = [...form.querySelectorAll(".filing-parts :is(input:not([type=hidden], [type=file]), select, textarea)")].filter((one) => one.offsetParent);
  stops[stops.indexOf(from) + 1]?.focus();
}

// Cells copied from Excel fall into place, adding rows as they need them.
form.addEventListener("paste", (event) => {
  const row = event.target.closest("table[data-rows] tr");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!row || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const column = event.target.closest("td").cellIndex;
  let at = row;
  for (const line of text.replace(/\r/g, "").replace(/\n$/, "").split("\n")) {
    at ??= addRow(row.closest("table").dataset.rows, false);
    if (!at) break;
    line.split("\t").forEach((value, offset) => fill(at.cells[column + offset], value.trim()));
    at = at.nextElementSibling;
  }
  saveSoon(200);
});

function fill(cell, value) {
  const input = cell?.querySelector("input:not([type=hidden], [type=file]), select, textarea");
  if (!input) return;
  if (input.tagName !== "SELECT") input.value = value;
  else {
    const option = [...input.options].find((one) => one.textContent.trim() === value || one.value === value);
    if (option) input.value = option.value;
  }
}

// Files are handed in as soon as they are chosen.
async function upload(input) {
  const place = input.closest("[data-upload]");
  for (const file of input.files) {
    const data = new FormData();
    data.append("file", file);
    data.append("name", input.dataset.name);
    const answer = await fetch(place.dataset.upload, {
      method: "POST",
      body: data,
      headers: { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content, "HX-Request": "true" },
    });
    if (!answer.ok) {
      const { toast } = await import("../ui/frame.js");
      toast(await answer.text());
      continue;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.querySelector("ul").append(document.adoptNode(page.querySelector("li")));
  }
  input.value = "";
  saveSoon(100);
}

// Names of organisations, as one types.
let looking = 0;
function look(input) {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    if (input.value.trim().length < 2) return;
    const answer = await fetch(`${form.dataset.look}?q=${encodeURIComponent(input.value.trim())}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { names } = await answer.json();
    const list = document.getElementById("organisations");
    list.replaceChildren(...names.map(([name, note]) => Object.assign(document.createElement("option"), { value: name, textContent: note })));
  }, 250);
}
