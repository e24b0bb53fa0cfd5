// What went wrong, said once, in one place, with what to do about it.

const $ = (id) => document.getElementById(id);
let counting = 0;

/**
 * Show a problem above the results, which stay.
 * @param {{title: string, detail?: string, requestId?: string, retryAfter?: number, kind?: string}} problem
 * @param {?Function} again does it once more
 */
export function showProblem(problem, again = null) {
  const notice = $("notice");
  if (!notice) return;
  clearNotice();
  const words = document.createElement("p");
  words.append(strong(problem.title || "Something went wrong here"), ` ${problem.detail || ""}`);
  if (problem.requestId) words.append(" Request ", code(problem.requestId), ".");
  notice.append(words);
  if (problem.retryAfter) countDown(notice, problem.retryAfter, again);
  else if (again && problem.kind !== "picture-refused") notice.append(button("Try again", again));
  notice.append(button("Close", clearNotice));
  notice.hidden = false;
  if (problem.kind === "offline" && again) window.addEventListener("online", again, { once: true });
}

/** Take the notice away. */
export function clearNotice() {
  clearInterval(counting);
  const notice = $("notice");
  if (!notice) return;
  notice.hidden = true;
  notice.replaceChildren();
}

/** Count seconds down, then do it again. */
export function countDown(place, seconds, again) {
  let left = seconds;
  const shown = document.createElement("span");
  shown.className = "countdown";
  shown.setAttribute("role", "timer"); // an alert would be read aloud anew with every second
  const tell = () => (shown.textContent = `Trying again in ${left} s`);
  tell();
  place.append(shown);
  counting = setInterval(() => {
    left -= 1;
    if (left > 0) return tell();
    clearInterval(counting);
    again?.();
  }, 1000);
}

/** Say when the connection is gone and when it is back; count down on a page that asks to wait. */
export function watchConnection() {
  const bar = document.querySelector(".offline");
  const tell = () => (bar.hidden = navigator.onLine);
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
  const wait = document.querySelector("[data-countdown]");
  if (!wait) return;
  let left = Number(wait.textContent);
  const timer = setInterval(() => {
    left -= 1;
    wait.textContent = String(Math.max(0, left));
    if (left <= 0) {
      clearInterval(timer);
      location.reload();
    }
  }, 1000);
}

function strong(text) {
  const made = document.createElement("strong");
  made.textContent = `${text.replace(/\.$/, "")}.`;
  return made;
}

function code(text) {
  const made = document.createElement("code");
  made.textContent = text;
  return made;
}

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}
