// The camera: shown in the page where that is allowed, the device's own otherwise.

import { showProblem } from "./notice.js";

const REFUSED = {
  NotAllowedError: ["The camera is not allowed here", "Allow it beside the address of this page, or choose a picture instead."],
  NotFoundError: ["No camera was found", "Choose a picture instead, or drop one here."],
  NotReadableError: ["The camera is busy", "Another program is using it. Close that, or choose a picture instead."],
};

/**
 * Take a picture.
 * @param {(picture: Blob) => void} give is given what was taken
 * @param {() => void} instead is called where this page may not show a camera
 */
export async function openCamera(give, instead) {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
    if (matchMedia("(pointer: coarse)").matches) return instead();
    return showProblem({
      title: "The camera needs a secure connection",
      detail: "Browsers show it on https and on this machine alone. Choose a picture instead, or drop one here.",
      kind: "picture-refused",
    });
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } }, audio: false });
  } catch (error) {
    const [title, detail] = REFUSED[error.name] || ["The camera does not start", error.message];
    return showProblem({ title, detail, kind: "picture-refused" });
  }
  const finder = document.getElementById("viewfinder");
  const video = finder.querySelector("video");
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  finder.addEventListener("close", stop, { once: true });
  finder.showModal();
  await video.play();
  finder.querySelector("[data-shoot]").onclick = () => {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      finder.close();
      give(blob);
    }, "image/jpeg", 0.92);
  };
}
