// The picture of a search stays in this tab, so that Back finds it again; it is gone when the tab is closed.

const PREFIX = "picture.";
const MOST = 4;

/**
 * Keep a picture, and return the name under which it is kept.
 * @param {Blob} blob
 */
export function keep(blob) {
  const id = Math.random().toString(36).slice(2, 10);
  memory.set(id, blob);
  const reader = new FileReader();
  reader.onload = () => {
    const ids = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
    for (const old of ids.slice(0, Math.max(0, ids.length - MOST + 1))) sessionStorage.removeItem(old);
    try {
      sessionStorage.setItem(PREFIX + id, reader.result);
    } catch {
      // Full, or not allowed: Back within this page still works.
    }
  };
  reader.readAsDataURL(blob);
  return id;
}

/** Return a kept picture, or null. */
export async function kept(id) {
  if (memory.has(id)) return memory.get(id);
  const url = sessionStorage.getItem(PREFIX + id);
  if (!url) return null;
  const [head, data] = url.split(",");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5, head.indexOf(";")) });
}

/** Drop a kept picture. */
export function forget(id) {
  memory.delete(id);
  sessionStorage.removeItem(PREFIX + id);
}

const memory = new Map();
