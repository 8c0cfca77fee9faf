// The whole session in one strip: both voices, what stands out, what of it is in sight above. Press or drag to go there.
// Where wavesurfer.js is not to be had, it is drawn larger and is the waveform.

import { player } from "./player.js";
import { colour, dark, find } from "./page.js";

const canvas = find("overview");
const FLAGGED = new Set(["interruption", "cut_in"]);

export class Overview {
  #story;
  #peaks = null; // {trainee, survivor}: Float32Array
  #view = null; // {start, end} in sight above
  #still = document.createElement("canvas"); // all but the playhead

  #tall;
  #shades = {};

  constructor(story, tall) {
    [this.#story, this.#tall] = [story, tall];
    canvas.classList.toggle("tall", tall);
    this.#seekable(tall ? find("wave") : canvas, tall);
    new ResizeObserver(() => this.#redraw()).observe(canvas);
    dark.addEventListener("change", () => this.#redraw());
    for (const name of ["regions", "select"]) player.on(name, () => this.#redraw());
    player.on("time", () => this.#show());
    this.#redraw();
  }

  set peaks(peaks) { this.#peaks = peaks; this.#redraw(); }

  /** What is in sight above. All of it: then this strip says nothing new, and is put away. */
  set view(view) {
    this.#view = view;
    canvas.classList.toggle("idle", view.end - view.start > this.#story.duration * 0.99);
    this.#show();
  }

  #redraw() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    canvas.width = this.#still.width = Math.round(width * ratio);
    canvas.height = this.#still.height = Math.round(height * ratio);
    const pen = this.#still.getContext("2d");
    pen.scale(ratio, ratio);
    this.#shades = { edge: colour("edge"), ink: colour("ink") }; // asked for once: that is no small question
    const half = height / 2;
    if (this.#tall) this.#marks(pen, width, height);
    this.#lane(pen, "trainee", 0, half, width, colour("you"));
    this.#lane(pen, "survivor", half, half, width, colour("her"));
    const x = (seconds) => (width * seconds) / this.#story.duration;
    pen.fillStyle = colour("care");
    for (const mark of this.#story.marks) if (FLAGGED.has(mark.kind)) pen.fillRect(x(mark.start) - 1, 0, 2.5, half);
    for (const region of player.regions.values()) {
      pen.fillStyle = colour(region.kind === "praise" ? "good" : region.kind === "care" ? "care" : "warn");
      pen.fillRect(x(region.start) - 1, height - 5, Math.max(3, x(region.end) - x(region.start)), 5);
    }
    if (player.selection) {
      pen.globalAlpha = 0.25;
      pen.fillStyle = colour("focus");
      pen.fillRect(x(player.selection.start), 0, Math.max(2, x(player.selection.end) - x(player.selection.start)), height);
    }
    this.#show();
  }

  /** Where this is the waveform: silences, her hesitations and listening sounds too, as the legend has them. */
  #marks(pen, width, height) {
    const x = (seconds) => (width * seconds) / this.#story.duration;
    const box = (mark, shade, strength, top, tall) => {
      pen.globalAlpha = strength;
      pen.fillStyle = colour(shade);
      pen.fillRect(x(mark.start), top, Math.max(1, x(mark.end) - x(mark.start)), tall);
      pen.globalAlpha = 1;
    };
    for (const mark of this.#story.marks) {
      if (mark.kind === "silence") box(mark, "edge", 0.16, 0, height);
      if (mark.kind === "standstill") box(mark, "ink", 0.22, 0, height);
      if (mark.kind === "hesitation") { box(mark, "her", 0.16, height / 2, height / 2); box(mark, "her", 1, height - 3, 3); }
      if (mark.kind === "backchannel") box(mark, "good", 1, height / 2 - 4, 4);
    }
  }

  #lane(pen, track, top, height, width, shade) {
    pen.fillStyle = shade;
    const middle = top + height / 2;
    const peaks = this.#peaks?.[track];
    if (!peaks) {
      for (const [start, end] of this.#story.speech[track] ?? []) {
        const from = (width * start) / this.#story.duration;
        pen.fillRect(from, middle - height * 0.28, Math.max(0.6, (width * (end - start)) / this.#story.duration), height * 0.56);
      }
      return;
    }
    for (let x = 0; x < width; x += 1) {
      const [from, to] = [Math.floor((x * peaks.length) / width), Math.max(Math.ceil(((x + 1) * peaks.length) / width), 1)];
      let most = 0;
      for (let index = from; index < to && index < peaks.length; index += 1) most = Math.max(most, peaks[index]);
      const reach = Math.max(0.5, most * height * 0.46);
      pen.fillRect(x, middle - reach, 1, 2 * reach);
    }
  }

  #show() {
    const pen = canvas.getContext("2d");
    const [width, height] = [canvas.width, canvas.height];
    if (!width || canvas.classList.contains("idle")) return;
    pen.clearRect(0, 0, width, height);
    pen.drawImage(this.#still, 0, 0);
    const x = (seconds) => (width * seconds) / this.#story.duration;
    const ratio = window.devicePixelRatio || 1;
    if (this.#view) {
      pen.strokeStyle = this.#shades.edge;
      pen.lineWidth = 2 * ratio;
      pen.strokeRect(x(this.#view.start) + ratio, ratio, Math.max(4, x(this.#view.end) - x(this.#view.start)) - 2 * ratio, height - 2 * ratio);
    }
    pen.fillStyle = this.#shades.ink;
    pen.fillRect(x(player.time) - ratio / 2, 0, 2 * ratio, height);
  }

  /** Press to go there; where this is the waveform, dragging marks a stretch. */
  #seekable(area, marking) {
    let begun = null;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return (this.#story.duration * (event.clientX - box.left)) / box.width;
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      begun = event.clientX;
      canvas.setPointerCapture(event.pointerId);
      player.seek(at(event));
      event.preventDefault();
      if (marking) area.focus({ preventScroll: true, focusVisible: false });
      canvas.dispatchEvent(new CustomEvent("played", { bubbles: true }));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (begun === null) return;
      if (!marking) player.seek(at(event));
      else if (Math.abs(event.clientX - begun) > 4) player.select(at({ clientX: begun }), at(event));
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { begun = null; });
  }
}
