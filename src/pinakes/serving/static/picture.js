// A picture to search with: chosen, dropped, pasted or taken. It is made small here, and its metadata stays behind.

import { openCamera } from "./camera.js";
import { cropOf, watchCrop } from "./crop.js";
import { showProblem } from "./notice.js";

const LONGER_SIDE = 1024;
const QUALITY = 0.88;
const $ = (id) => document.getElementById(id);

let whole = null; // the picture as it was given, at most LONGER_SIDE pixels: { canvas } or null

/**
 * Offer every way to give a picture.
 * @param {HTMLFormElement} form the search
 * @param {(picture: ?Blob) => void} found is given what to search with; null when it is taken away
 */
export function watchPicture(form, found) {
  const chip = $("query-picture");
  const give = async (file) => {
    if (!file) return;
    whole = await shrink(file).catch(() => null);
    // What this browser cannot read, the server may: HEIC, for instance. It says why where it cannot.
    found(whole ? await encode(whole) : file);
  };
  $("picture").addEventListener("change", (event) => {
    give(event.target.files[0]);
    event.target.value = "";
  });
  watchDrop(give);
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    give(file);
  });
  $("camera").addEventListener("click", () => openCamera(give, () => captureInstead(give)));
  chip.querySelector("[data-remove]").addEventListener("click", () => {
    whole = null;
    found(null);
    form.querySelector("#q").focus();
  });
  watchCrop($("cropper"), chip.querySelector("[data-crop]"), async (box) => found(await encode(whole, box)));
  document.addEventListener("picture", async (event) => {
    const blob = event.detail;
    chip.hidden = !blob;
    if (!blob) {
      $("cropper").hidden = true;
      whole = null;
      return;
    }
    const shown = await shrink(blob).catch(() => null);
    if (!whole) whole = shown;
    chip.querySelector("[data-crop]").hidden = !whole;
    drawChip(chip.querySelector("canvas"), shown);
    if (whole) cropOf(whole);
  });
}

/** Read a picture the right way up, at most LONGER_SIDE pixels long. */
async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGER_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // what is transparent becomes the wall
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/** Encode a part of a picture as a new JPEG: pixels alone, nothing of the file it came from. */
function encode(canvas, box = { x: 0, y: 0, width: 1, height: 1 }) {
  const part = document.createElement("canvas");
  part.width = Math.max(1, Math.round(canvas.width * box.width));
  part.height = Math.max(1, Math.round(canvas.height * box.height));
  part.getContext("2d").drawImage(canvas, -Math.round(canvas.width * box.x), -Math.round(canvas.height * box.y));
  return new Promise((done) => part.toBlob(done, "image/jpeg", QUALITY));
}

function drawChip(canvas, picture) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!picture) return;
  const side = Math.min(picture.width, picture.height);
  pen.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
}

/** Take a picture that is dropped anywhere. */
function watchDrop(give) {
  const veil = document.querySelector(".drop");
  const carriesFile = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  let inside = 0;
  const veiled = (is) => (veil.hidden = !is);
  document.addEventListener("dragenter", (event) => carriesFile(event) && veiled((inside += 1) > 0));
  document.addEventListener("dragleave", (event) => carriesFile(event) && veiled((inside -= 1) > 0));
  document.addEventListener("dragover", (event) => carriesFile(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    veiled(Boolean((inside = 0)));
    const file = [...event.dataTransfer.files].find((one) => one.type.startsWith("image/") || !one.type);
    if (file) give(file);
    else showProblem({ title: "That is not a picture", detail: "Drop a photo: JPEG, PNG, WebP, HEIC and others are read.", kind: "picture-refused" });
  });
}

/** Where the camera cannot be shown here, let the device take the picture itself. */
function captureInstead(give) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept: "image/*" });
  input.setAttribute("capture", "environment"); // only phones know it as a property
  input.addEventListener("change", () => give(input.files[0]));
  input.click();
}
