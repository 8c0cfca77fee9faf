// The two-lane waveform: wavesurfer.js with its regions and its time line, fed with peaks that the server worked out.
// An hour has a thousand marks: only those in sight are handed to wavesurfer, and in the overview of an hour only what stands out.

import { player } from "./player.js";
import { calm, clock, colour, dark, find, page, shared, tell } from "./page.js";

const LANE = 64;
const ZOOMS = [1, 2, 4, 8, 16, 32, 64, 100]; // pixels a second; before them: the whole session
const LEAST = 2; // pixels a mark must be wide to be drawn, unless it stands out
const STANDS_OUT = new Set(["interruption", "cut_in", "standstill"]);
const COMFORTABLE = 120; // seconds in sight of a session that is longer than three times as much
const LANES = { trainee: 0, survivor: 1 };

/** Load wavesurfer.js and draw. `rates`: steps a second of each level of peaks; `load(level)` gives {trainee, survivor}. */
export async function openLanes(story, rates, load, seen) {
  const from = page.dataset.library;
  const [{ default: WaveSurfer }, { default: Regions }, { default: Timeline }] = await Promise.all(
    ["wavesurfer.js", "regions.js", "timeline.js"].map((name) => import(`${from}/${name}`)));
  return new Lanes(story, rates, load, seen, WaveSurfer, Regions, Timeline);
}

/** Who spoke when, in the shape of peaks: drawn until the real ones are there. */
function fromLog(story) {
  const rate = 4;
  return ["trainee", "survivor"].map((track) => {
    const steps = new Float32Array(Math.ceil(story.duration * rate));
    for (const [start, end] of story.speech[track] ?? []) steps.fill(0.3, Math.floor(start * rate), Math.ceil(end * rate));
    return steps;
  });
}

class Lanes {
  #story; #rates; #load; #seen;
  #surfer; #regions;
  #zoom = 0; // index into #zooms
  #zooms;
  #level = 0;
  #drawn = new Map(); // id -> region of wavesurfer, with its mark
  #waiting = 0;
  #marking = null;

  constructor(story, rates, load, seen, WaveSurfer, Regions, Timeline) {
    [this.#story, this.#rates, this.#load, this.#seen] = [story, rates, load, seen];
    const whole = find("wave").clientWidth / story.duration;
    this.#zooms = [0, ...ZOOMS.filter((zoom) => zoom > whole * 1.2)];
    this.#regions = Regions.create();
    this.#surfer = WaveSurfer.create({
      container: find("wave"), media: player.element, duration: story.duration, peaks: fromLog(story),
      height: LANE, cursorWidth: 2, dragToSeek: false, autoScroll: true, autoCenter: !calm.matches, hideScrollbar: false,
      cspNonce: document.querySelector("link[nonce]").nonce, ...this.#colours(),
      plugins: [this.#regions, Timeline.create({ height: 18, secondaryLabelOpacity: 0.75, formatTimeCallback: (seconds) => clock(seconds, false) })],
    });
    find("drawing")?.remove();
    this.#reachable();
    this.#surfer.on("click", () => find("wave").dispatchEvent(new CustomEvent("played", { bubbles: true })));
    this.#surfer.on("scroll", () => { this.#view(); this.#soon(); });
    this.#surfer.on("redrawcomplete", () => this.#soon());
    this.#surfer.on("resize", () => this.#soon());
    this.#regions.on("region-clicked", (region, event) => this.#clicked(region, event));
    this.#regions.enableDragSelection({ id: "selection", color: "transparent", drag: false, resize: true });
    this.#regions.on("region-created", (region) => { if (this.#isSelection(region)) this.#marked(region); });
    this.#regions.on("region-updated", (region) => { if (this.#isSelection(region)) player.select(region.start, region.end); });
    player.on("regions", () => this.#soon());
    player.on("select", (selection) => this.#show(selection));
    dark.addEventListener("change", () => this.#surfer.setOptions(this.#colours()));
    calm.addEventListener("change", () => this.#surfer.setOptions({ autoCenter: !calm.matches }));
  }

  /** Draw what the log knows of who spoke when; then, as soon as they are there, how loud it was. */
  async begin() {
    if (this.#story.duration > 3 * COMFORTABLE) {
      const wanted = this.#surfer.getWidth() / COMFORTABLE;
      this.#zoom = Math.max(1, this.#zooms.findLastIndex((zoom) => zoom <= wanted * 1.3));
      this.#surfer.setOptions({ minPxPerSec: this.#zooms[this.#zoom] });
    }
    this.#view();
    this.#soon();
    await this.#detail(this.#needed());
  }

  /** The one element of the waveform that the keyboard reaches: it scrolls, and says where the sound stands. */
  #reachable() {
    const [from, to] = [find("wave"), this.#surfer.getWrapper().parentElement];
    for (const { name, value } of [...from.attributes]) {
      if (name !== "role" && name !== "tabindex" && !name.startsWith("aria-")) continue;
      to.setAttribute(name, value);
      from.removeAttribute(name);
    }
    shared.slider = to;
  }

  #view() {
    const start = this.#surfer.getScroll() / this.#perSecond();
    this.#seen({ start, end: Math.min(this.#story.duration, start + this.#inSight()) });
  }

  zoom(step) {
    const next = step === 0 ? 0 : Math.min(Math.max(this.#zoom + step, 0), this.#zooms.length - 1);
    if (next === this.#zoom) return;
    this.#zoom = next;
    this.#surfer.zoom(this.#zooms[next]);
    this.#surfer.setScrollTime(Math.max(0, player.time - this.#inSight() / 2));
    this.#detail(this.#needed());
    this.#view();
    this.#soon();
    tell(next ? `${Math.round(this.#inSight())} seconds in sight` : "The whole session in sight");
  }

  #inSight() { return this.#surfer.getWidth() / this.#perSecond(); }

  #perSecond() { return Math.max(this.#zooms[this.#zoom], this.#surfer.getWidth() / this.#story.duration); }

  /** The level of peaks with a step for each pixel at least. */
  #needed() {
    const wanted = this.#perSecond() * Math.min(window.devicePixelRatio || 1, 2);
    const found = this.#rates.findIndex((rate) => rate >= wanted);
    return found < 0 ? this.#rates.length - 1 : found;
  }

  async #detail(level) {
    if (this.#level === level + 1) return;
    this.#level = level + 1;
    const peaks = await this.#load(level);
    if (this.#level !== level + 1) return; // another zoom has overtaken this one
    const scroll = this.#surfer.getScroll();
    await this.#surfer.load(player.element.src, [peaks.trainee, peaks.survivor], this.#story.duration);
    this.#surfer.setScroll(scroll);
  }

  #colours() {
    const lane = (name) => ({ waveColor: colour(name), progressColor: colour(name), height: LANE });
    return { cursorColor: colour("ink"), splitChannels: [lane("you"), lane("her")] };
  }

  // ------------------------------------------------------------------------------------------------------ regions

  #soon() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#redraw(), 60);
  }

  /** Hand wavesurfer the marks that are in sight, or nearly; take back the others. */
  #redraw() {
    const perSecond = this.#perSecond();
    const from = this.#surfer.getScroll() / perSecond;
    const room = this.#inSight();
    const near = (one) => one.end >= from - room && one.start <= from + 2 * room;
    const wide = (one) => STANDS_OUT.has(one.kind) || (one.end - one.start) * perSecond >= LEAST;
    const wanted = new Map();
    for (const [index, mark] of this.#story.marks.entries()) if (near(mark) && wide(mark)) wanted.set(`${mark.kind} m${index}`, mark);
    for (const region of player.regions.values()) if (near(region)) wanted.set(`own ${region.kind} r${region.id.replace(/\s/g, "_")}`, { ...region, track: "both" });
    const same = (one, other) => other && ["start", "end", "label"].every((key) => one[key] === other[key]);
    for (const [id, region] of this.#drawn) {
      if (same(region.mark, wanted.get(id))) continue;
      region.remove();
      this.#drawn.delete(id);
    }
    for (const [id, mark] of wanted) if (!this.#drawn.has(id)) this.#drawn.set(id, this.#add(id, mark, perSecond));
  }

  #add(id, mark, perSecond) {
    const end = mark.id === undefined ? Math.max(mark.end, mark.start + LEAST / perSecond) : mark.end;
    const region = this.#regions.addRegion({
      id, start: mark.start, end, color: "transparent", drag: false, resize: false,
      ...(mark.track in LANES ? { channelIdx: LANES[mark.track] } : {}),
    });
    region.mark = mark;
    if (region.element) region.element.title = mark.label;
    return region;
  }

  #clicked(region, event) {
    event.stopPropagation();
    if (this.#isSelection(region)) {
      player.play(region.start, region.end);
      return;
    }
    player.play(region.mark.start);
    tell(region.mark.label);
    if (region.mark.id !== undefined) document.dispatchEvent(new CustomEvent("region", { detail: { id: region.mark.id } }));
    find("wave").dispatchEvent(new CustomEvent("played", { bubbles: true }));
  }

  #isSelection(region) { return region.id === "selection"; }

  /** A stretch was marked with the mouse; whatever was marked before is let go of. */
  #marked(region) {
    if (this.#marking && this.#marking !== region) this.#marking.remove();
    this.#marking = region;
    if (!player.selection || player.selection.start !== region.start || player.selection.end !== region.end) player.select(region.start, region.end);
  }

  #show(selection) {
    if (!selection) {
      this.#marking?.remove();
      this.#marking = null;
    } else if (!this.#marking) {
      this.#marking = this.#regions.addRegion({ id: "selection", ...selection, color: "transparent", drag: false, resize: true });
    } else if (this.#marking.start !== selection.start || this.#marking.end !== selection.end) {
      this.#marking.setOptions(selection);
    }
  }
}
