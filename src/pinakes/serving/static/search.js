// Results while typing: one request at a time, the newest wins, and the old grid stays, dimmed, until the new one is there.

import { ask } from "./ask.js";
import { clearNotice, countDown, showProblem } from "./notice.js";
import { forget, keep, kept } from "./kept.js";
import { watchPicture } from "./picture.js";

const TYPING = 110; // milliseconds without a key before a search begins
const PATIENCE = 700; // milliseconds of waiting before those who see no bar are told
const $ = (id) => document.getElementById(id);

let running = null; // AbortController of the request under way
let timer = 0;
let picture = null; // { id, blob } that is searched with

/** Make the form search without leaving the page. */
export function watchSearch(form) {
  history.scrollRestoration = "manual";
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    const typed = event.target.type === "search" || event.target.type === "number" || event.target.type === "date";
    timer = setTimeout(() => search(addressOf(form), "replace"), typed ? TYPING : 0);
  });
  document.addEventListener("input", (event) => {
    if (event.target.form !== form || form.contains(event.target)) return;
    clearTimeout(timer);
    timer = setTimeout(() => search(addressOf(form), "push"), event.target.matches("select, [type=checkbox]") ? 0 : 2 * TYPING);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    form.querySelector("#q").blur();
    search(addressOf(form), "push");
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const address = new URL(link.href);
    if (address.origin !== location.origin || address.pathname !== "/" || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    if (link.rel === "next") return void more(link);
    if (link.dataset.drop !== undefined || link.closest(".drops, .meant")) return void search(withPicture(address), "push");
    take(null);
    search(address, "push");
  });
  window.addEventListener("popstate", () => restore(form));
  window.addEventListener("pagehide", remember);
  watchPicture(form, (blob) => {
    take(blob);
    search(addressOf(form), "push");
  });
  if (new URL(location.href).searchParams.has("pic")) restore(form);
  else restoreScroll();
}

/** The address of what the form says. */
function addressOf(form) {
  const address = new URL("/", location.href);
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value.trim()) address.searchParams.append(name, value);
  return withPicture(address);
}

function withPicture(address) {
  if (picture) address.searchParams.set("pic", picture.id);
  else address.searchParams.delete("pic");
  return address;
}

function take(blob) {
  picture = blob ? { id: keep(blob), blob } : null;
  document.dispatchEvent(new CustomEvent("picture", { detail: blob }));
}

/** Search, and show the answer in place. */
async function search(address, step, restored = null) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const before = location.href;
  const slow = setTimeout(() => say(picture ? "Sending the picture" : "Searching"), PATIENCE);
  busy(true);
  try {
    const answer = await ask(address, picture?.blob, signal, step === "replace");
    if (signal.aborted) return;
    clearNotice();
    if (step && address.href !== before) {
      remember();
      const instead = step === "replace" && history.state?.typing;
      history[instead ? "replaceState" : "pushState"]({ typing: step === "replace" }, "", address);
    }
    show(answer);
    if (step) window.scrollTo(0, 0);
    else if (restored !== null) window.scrollTo(0, restored);
  } catch (problem) {
    if (problem.name === "AbortError" || signal.aborted) return;
    if (problem.kind === "picture-refused" || problem.kind === "too-large") take(null);
    showProblem(problem, () => search(address, step, restored));
  } finally {
    clearTimeout(slow);
    if (!signal.aborted) busy(false);
  }
}

/** Add the next hits below the present ones; where the data changed meanwhile, show the new answer instead. */
async function more(link) {
  const address = new URL(link.href);
  const shown = $("results").querySelectorAll(".grid > .card").length;
  const release = $("results").dataset.release;
  address.hash = "";
  link.setAttribute("aria-busy", "true");
  busy(true);
  try {
    const answer = await ask(withPicture(address), picture?.blob, null, history.state?.typing);
    history.replaceState(history.state, "", address);
    const fresh = answer.getElementById("results");
    if (fresh.dataset.release !== release) {
      show(answer);
      window.scrollTo(0, 0);
      showProblem({ title: "The collection has changed", detail: "This is the answer of the new release, from the start." });
      return;
    }
    const added = [...fresh.querySelectorAll(".grid > .card")].slice(shown);
    $("results").querySelector(".grid").append(...added);
    const next = fresh.querySelector(".more");
    if (next) link.closest(".more").replaceWith(next);
    else link.closest(".more").remove();
    $("results").querySelector(".summary").replaceWith(fresh.querySelector(".summary"));
    say(fresh.dataset.summary);
    added[0]?.querySelector(".picture").focus({ preventScroll: true });
  } catch (problem) {
    showProblem(problem, () => more(link));
  } finally {
    busy(false);
    link.removeAttribute("aria-busy");
  }
}

/** Put an answered page in the place of the present one, leaving the field and what is unfolded alone. */
function show(answer) {
  const open = new Map([...document.querySelectorAll(".facet, .rest")].map((part) => [facetKey(part), part.open]));
  const focused = document.activeElement?.name && document.activeElement.closest("#filters") && [document.activeElement.name, document.activeElement.value];
  const filters = answer.getElementById("filters");
  const results = answer.getElementById("results");
  if (filters) {
    for (const part of filters.querySelectorAll(".facet, .rest")) if (open.has(facetKey(part))) part.open = open.get(facetKey(part));
    const place = $("filters").scrollTop;
    $("filters").replaceChildren(...filters.childNodes);
    $("filters").scrollTop = place;
    if (focused) [...document.querySelectorAll(`[name="${CSS.escape(focused[0])}"]`)].find((input) => input.type !== "checkbox" || input.value === focused[1])?.focus({ preventScroll: true });
  }
  $("results").replaceWith(results);
  syncField(answer);
  document.title = answer.title;
  document.body.classList.toggle("first", answer.body.classList.contains("first"));
  say(results.dataset.summary);
}

const facetKey = (part) => part.closest("[data-name]").dataset.name + (part.matches(".rest") ? "+" : "");

/** Let the field show the item whose like is wanted; the words stay, somebody may be typing. */
function syncField(answer) {
  const field = $("search");
  const fresh = answer.getElementById("search");
  if (!fresh) return;
  field.querySelector(".liked")?.remove();
  for (const hidden of field.querySelectorAll('input[type="hidden"]')) hidden.remove();
  for (const hidden of fresh.querySelectorAll('input[type="hidden"]')) field.append(hidden);
  const liked = fresh.querySelector(".liked");
  if (liked) field.querySelector('label[for="q"]').before(liked);
  const q = field.querySelector("#q");
  q.placeholder = picture ? "…but blue" : fresh.querySelector("#q").placeholder;
  if (document.activeElement !== q) q.value = fresh.querySelector("#q").value;
}

function say(words) {
  $("count").textContent = words || "";
}

function busy(is) {
  document.documentElement.classList.toggle("busy", is);
  $("results")?.setAttribute("aria-busy", String(is));
}

/** Keep the place on the page for when somebody comes back. */
function remember() {
  history.replaceState({ ...history.state, scroll: window.scrollY }, "");
}

function restoreScroll() {
  if (history.state?.scroll) window.scrollTo(0, history.state.scroll);
  else if (location.hash) document.querySelector(`#${CSS.escape(location.hash.slice(1))}`)?.scrollIntoView();
}

/** Show again what the address says: after Back, or a reload. */
async function restore(form) {
  busy(true);
  const address = new URL(location.href);
  const id = address.searchParams.get("pic");
  const blob = id ? await kept(id) : null;
  form.querySelector("#q").value = address.searchParams.get("q") || "";
  picture = blob ? { id, blob } : null;
  document.dispatchEvent(new CustomEvent("picture", { detail: blob }));
  if (id && !blob) forget(id);
  search(address, null, history.state?.scroll ?? 0);
}

export { countDown };
