// The keyboard: "/" goes to the field, arrows go through the grid by where the pictures hang.

/** Listen to keys. */
export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      const q = document.getElementById("q");
      q?.focus();
      q?.select();
    } else if (event.key === "ArrowDown" && event.target.id === "q") {
      event.preventDefault();
      document.querySelector(".grid .picture")?.focus();
    } else if (event.target.matches(".grid .picture") && event.key.startsWith("Arrow")) {
      const next = neighbour(event.target, event.key);
      if (!next) return;
      event.preventDefault();
      next.focus();
    }
  });
}

function neighbour(from, key) {
  const grid = [...document.querySelectorAll(".grid .picture")];
  const at = grid.indexOf(from);
  const back = getComputedStyle(from).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (key === "ArrowLeft" || key === "ArrowRight") return grid[at + (key === back ? -1 : 1)];
  const here = from.closest(".card").getBoundingClientRect();
  const down = key === "ArrowDown";
  const rows = grid.map((picture) => ({ picture, place: picture.closest(".card").getBoundingClientRect() })).filter(({ place }) => (down ? place.top > here.top + 4 : place.top < here.top - 4));
  const line = down ? Math.min(...rows.map(({ place }) => place.top)) : Math.max(...rows.map(({ place }) => place.top));
  const inLine = rows.filter(({ place }) => Math.abs(place.top - line) < 4);
  inLine.sort((a, b) => Math.abs(a.place.left - here.left) - Math.abs(b.place.left - here.left));
  return inLine[0]?.picture ?? (down ? null : document.getElementById("q"));
}
