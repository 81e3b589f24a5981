// What a phone keeps: keys, steps that wait, pages that were seen. One IndexedDB for all of it.

const NAME = "wufei";
const VERSION = 1;
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const base = asked.result;
      base.createObjectStore("keys", { keyPath: "user" });
      base.createObjectStore("steps", { keyPath: "seq", autoIncrement: true }).createIndex("id", "id", { unique: true });
      base.createObjectStore("pages", { keyPath: ["user", "path"] });
      base.createObjectStore("notes", { keyPath: "name" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
  opened.catch(() => { opened = null; });
  return opened;
}

/** Runs `work(store)` in a transaction of its own; resolves with its result once it is on disk. */
async function inside(store, mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    // The battery may end in the next second: "strict" waits for the disk.
    const transaction = base.transaction(store, mode, { durability: "strict" });
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const all = (store) => inside(store, "readonly", (rows) => rows.getAll());
export const get = (store, key) => inside(store, "readonly", (rows) => rows.get(key));
export const put = (store, value) => inside(store, "readwrite", (rows) => rows.put(value));
export const add = (store, value) => inside(store, "readwrite", (rows) => rows.add(value));
export const remove = (store, key) => inside(store, "readwrite", (rows) => rows.delete(key));
