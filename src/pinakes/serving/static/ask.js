// One search, asked of the server: the page that a browser without scripts would get, as a document.

/** Something went wrong, and a person should know what. */
export class Problem extends Error {
  constructor({ kind = "", title, detail = "", requestId = "", retryAfter = 0 }) {
    super(title);
    Object.assign(this, { kind, title, detail, requestId, retryAfter });
  }
}

/**
 * Ask for the page of an address.
 * @param {URL} address the search; `pic` stays here, the server knows nothing of it
 * @param {?Blob} picture what is searched with besides
 * @param {?AbortSignal} signal gives it up
 * @param {boolean} typing the last word may be unfinished
 * @returns {Promise<Document>}
 */
export async function ask(address, picture, signal, typing = false) {
  const asked = new URL(address);
  if (typing) asked.searchParams.set("typing", "1");
  const lost = asked.searchParams.has("pic") && !picture;
  asked.searchParams.delete("pic");
  let response;
  try {
    response = picture ? await send(asked, picture, signal) : await fetch(lost ? lostOf(asked) : asked, { signal, headers: { Accept: "text/html" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ kind: "offline", title: "There is no connection", detail: "What you see is the last answer." });
  }
  const body = await response.text();
  if (!response.ok) throw problemOf(response, body);
  return new DOMParser().parseFromString(body, "text/html");
}

function send(asked, picture, signal) {
  const form = new FormData();
  for (const [name, value] of asked.searchParams) form.append(name, value);
  form.append("image", picture, "picture");
  return fetch("/search", { method: "POST", body: form, signal, headers: { Accept: "text/html" } });
}

function lostOf(asked) {
  const address = new URL(asked);
  address.searchParams.set("lost", "1");
  return address;
}

/** Errors come as pages, or as problem documents from what lies before the pages. */
function problemOf(response, body) {
  const requestId = response.headers.get("X-Request-ID") || "";
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  const status = { requestId: response.status >= 500 ? requestId : "", retryAfter: response.status === 429 ? Math.max(1, retryAfter) : 0 };
  if ((response.headers.get("Content-Type") || "").includes("json")) {
    const problem = JSON.parse(body);
    return new Problem({ kind: problem.type?.split(":").pop(), title: problem.title, detail: problem.detail, ...status });
  }
  const page = new DOMParser().parseFromString(body, "text/html");
  return new Problem({
    kind: page.querySelector("[data-problem]")?.dataset.problem,
    title: page.querySelector("h1")?.textContent || `The server answered ${response.status}`,
    detail: page.querySelector("h1 + p")?.textContent || "",
    ...status,
  });
}
