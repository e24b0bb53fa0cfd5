// Where the page comes to life. Everything here is an improvement: search, filters and "more" work without it.

import { watchConnection } from "./notice.js";
import { watchDrawer } from "./drawer.js";
import { watchKeys } from "./keys.js";

const root = document.documentElement;
root.classList.add("js");

const scrolled = () => root.classList.toggle("scrolled", window.scrollY > 8);
window.addEventListener("scroll", scrolled, { passive: true });
scrolled();

// A picture that was taken down, or whose file is gone, leaves a calm empty frame.
const broken = (picture) => picture.closest(".picture, figure")?.classList.add("broken");
document.addEventListener("error", (event) => event.target instanceof HTMLImageElement && broken(event.target), true);
for (const picture of document.images) if (picture.complete && !picture.naturalWidth) broken(picture);

watchConnection();
watchDrawer();
watchKeys();

const form = document.getElementById("search");
if (form && document.getElementById("results") && document.body.classList.contains("searching")) {
  const { watchSearch } = await import("./search.js");
  watchSearch(form);
  if (document.body.classList.contains("first") && matchMedia("(hover: hover)").matches) form.querySelector("#q").focus();
} else if (form) {
  const { leaveWithPicture } = await import("./leave.js");
  leaveWithPicture(form);
}
