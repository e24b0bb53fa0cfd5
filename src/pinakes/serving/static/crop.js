// A frame on the query picture: what is inside counts.

const REACH = 22; // pixels around a corner that take hold of it
const SMALLEST = 0.08; // of the picture's side
const STEP = 0.04;

let box = whole();
let picture = null;
let surface = null;

function whole() {
  return { x: 0, y: 0, width: 1, height: 1 };
}

/** Show another picture, whole. */
export function cropOf(canvas) {
  if (picture === canvas) return;
  picture = canvas;
  box = whole();
  if (surface) draw();
}

/**
 * Let the frame be dragged.
 * @param {HTMLElement} panel holds the canvas
 * @param {HTMLButtonElement} opener shows and hides the panel
 * @param {(box: {x: number, y: number, width: number, height: number}) => void} changed is told the frame, as shares of the picture
 */
export function watchCrop(panel, opener, changed) {
  surface = panel.querySelector("canvas");
  const done = () => changed({ ...box });
  opener.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    if (panel.hidden) return;
    draw();
    surface.focus();
  });
  panel.querySelector("[data-done]").addEventListener("click", () => {
    panel.hidden = true;
    opener.focus();
  });
  panel.querySelector("[data-whole]").addEventListener("click", () => {
    box = whole();
    draw();
    done();
  });
  let hold = null;
  surface.addEventListener("pointerdown", (event) => {
    surface.setPointerCapture(event.pointerId);
    hold = { ...at(event), part: partAt(event), from: { ...box } };
  });
  surface.addEventListener("pointermove", (event) => {
    if (!hold) return;
    const { x, y } = at(event);
    drag(hold.part, hold.from, x - hold.x, y - hold.y);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    surface.addEventListener(end, () => {
      if (hold) done();
      hold = null;
    });
  }
  let timer = 0;
  surface.addEventListener("keydown", (event) => {
    const [dx, dy] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key] || [0, 0];
    if (event.key === "Escape" || event.key === "Enter") return panel.querySelector("[data-done]").click();
    if (!dx && !dy) return;
    event.preventDefault();
    event.stopPropagation();
    drag(event.shiftKey ? "se" : "move", { ...box }, dx, dy);
    clearTimeout(timer);
    timer = setTimeout(done, 250);
  });
}

function at(event) {
  const place = surface.getBoundingClientRect();
  return { x: (event.clientX - place.left) / place.width, y: (event.clientY - place.top) / place.height };
}

/** The part of the frame under the pointer: a corner, or its inside; outside, a new frame begins. */
function partAt(event) {
  const place = surface.getBoundingClientRect();
  const { x, y } = at(event);
  const near = (a, b, side) => Math.abs(a - b) * side < REACH;
  const vertical = near(y, box.y, place.height) ? "n" : near(y, box.y + box.height, place.height) ? "s" : "";
  const horizontal = near(x, box.x, place.width) ? "w" : near(x, box.x + box.width, place.width) ? "e" : "";
  if (vertical && horizontal) return vertical + horizontal;
  const inside = x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
  const isWhole = box.width > 0.98 && box.height > 0.98;
  if (inside && !isWhole) return "move";
  box = { x, y, width: 0, height: 0 };
  return "se";
}

function drag(part, from, dx, dy) {
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  if (part === "move") {
    box = { ...from, x: clamp(from.x + dx, 0, 1 - from.width), y: clamp(from.y + dy, 0, 1 - from.height) };
    return draw();
  }
  let [left, top, right, bottom] = [from.x, from.y, from.x + from.width, from.y + from.height];
  if (part === "se" && !from.width) [left, top, right, bottom] = [box.x, box.y, box.x, box.y];
  if (part.includes("w")) left = clamp(left + dx, 0, right - SMALLEST);
  if (part.includes("e")) right = clamp(right + dx, left + SMALLEST, 1);
  if (part.includes("n")) top = clamp(top + dy, 0, bottom - SMALLEST);
  if (part.includes("s")) bottom = clamp(bottom + dy, top + SMALLEST, 1);
  box = { x: Math.min(left, 1 - SMALLEST), y: Math.min(top, 1 - SMALLEST), width: right - left, height: bottom - top };
  box.width = Math.min(Math.max(box.width, SMALLEST), 1 - box.x);
  box.height = Math.min(Math.max(box.height, SMALLEST), 1 - box.y);
  draw();
}

function draw() {
  if (!picture) return;
  const scale = Math.min(1, 480 / Math.max(picture.width, picture.height));
  surface.width = Math.round(picture.width * scale);
  surface.height = Math.round(picture.height * scale);
  const { width, height } = surface;
  const pen = surface.getContext("2d");
  pen.drawImage(picture, 0, 0, width, height);
  const [x, y, w, h] = [box.x * width, box.y * height, box.width * width, box.height * height];
  pen.fillStyle = "rgb(0 0 0 / 55%)";
  pen.fillRect(0, 0, width, y);
  pen.fillRect(0, y + h, width, height - y - h);
  pen.fillRect(0, y, x, h);
  pen.fillRect(x + w, y, width - x - w, h);
  pen.strokeStyle = "#fff";
  pen.lineWidth = 2;
  pen.strokeRect(x + 1, y + 1, Math.max(0, w - 2), Math.max(0, h - 2));
  pen.fillStyle = "#fff";
  for (const [cx, cy] of [[x, y], [x + w, y], [x, y + h], [x + w, y + h]]) {
    pen.beginPath();
    pen.arc(Math.min(Math.max(cx, 7), width - 7), Math.min(Math.max(cy, 7), height - 7), 7, 0, 7);
    pen.fill();
  }
}
