// A picture that is given on a page without results is taken along to the search.

import { keep } from "./kept.js";
import { watchPicture } from "./picture.js";

/** Go to the search with the picture. */
export function leaveWithPicture(form) {
  watchPicture(form, (blob) => {
    if (!blob) return;
    const address = new URL("/", location.href);
    address.searchParams.set("pic", keep(blob));
    setTimeout(() => location.assign(address), 60); // it is written to the tab's storage meanwhile
  });
}
