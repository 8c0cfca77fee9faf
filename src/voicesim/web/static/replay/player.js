// The one player of the page: the session's sound, where it stands, what is marked. Everything else listens to it.
// `time` and all positions are seconds from the session's first sample.

const MOST_SPEED = 2;
const LEAST_SPEED = 0.5;
const TOLD_EVERY = 80; // ms between two "time" events while playing

const page = document.getElementById("main");
const audio = document.getElementById("sound");

class Player {
  #length = Number(page.dataset.duration) || 0;
  #listeners = new Map();
  #until = null;
  #told = 0;
  #gains = null;
  #muted = { trainee: false, survivor: false };
  #context = null;
  #resolve;
  #isReady = false;

  constructor() {
    this.ready = new Promise((resolve) => { this.#resolve = resolve; });
    this.selection = null;
    this.looping = false;
    this.regions = new Map();
    audio.preservesPitch = true;
    audio.addEventListener("play", () => { this.#emit("state", true); this.#watch(); });
    audio.addEventListener("pause", () => { this.#until = null; this.#emit("time", this.time); this.#emit("state", false); });
    audio.addEventListener("ended", () => { this.#until = null; this.#emit("state", false); });
    audio.addEventListener("timeupdate", () => this.#tick(true)); // also where the tab is not seen
    audio.addEventListener("loadedmetadata", () => this.#begin());
    audio.addEventListener("error", () => this.#emit("trouble", "The sound could not be loaded. Load the page anew; if it stays so, look at the server."));
    if (this.#length) queueMicrotask(() => this.#begin());
  }

  get time() { return audio.currentTime; }
  get duration() { return this.#length || audio.duration || 0; }
  get playing() { return !audio.paused && !audio.ended; }
  get element() { return audio; }

  get speed() { return audio.playbackRate; }
  set speed(value) {
    const rate = Math.min(MOST_SPEED, Math.max(LEAST_SPEED, value));
    audio.defaultPlaybackRate = rate;
    audio.playbackRate = rate;
    this.#emit("speed", rate);
  }

  seek(seconds) {
    this.#until = null;
    this.#move(seconds);
  }

  async play(from, to) {
    this.#wire();
    if (from !== undefined && from !== null) this.#move(from);
    else if (this.time >= this.duration - 0.05) this.#move(0);
    this.#until = to ?? null;
    try {
      await audio.play();
    } catch (error) {
      // Stopped again before it began, or the browser wants a press on the page first.
      if (error.name === "NotAllowedError") this.#emit("trouble", "The browser wants a press on “Play” first.");
    }
  }

  pause() { audio.pause(); }

  toggle() { return this.playing ? this.pause() : this.play(); }

  /** Listen. Returns a function that takes the listener off again. */
  on(name, f) {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(f));
    if (name === "ready" && this.#isReady) f();
    return () => all.delete(f);
  }

  /** Mark a stretch, or nothing: `select(null)`. */
  select(start, end) {
    if (start === null || start === undefined) {
      this.selection = null;
      this.looping = false;
    } else {
      const [from, to] = start <= end ? [start, end] : [end, start];
      this.selection = { start: this.#inside(from), end: this.#inside(to) };
    }
    this.#emit("select", this.selection);
  }

  /** Play the marked stretch over and over, or stop doing so. */
  loop(on) {
    this.looping = Boolean(on && this.selection);
    this.#emit("select", this.selection);
    if (this.looping && (this.time < this.selection.start || this.time >= this.selection.end)) this.#move(this.selection.start);
  }

  addRegion(id, start, end, { kind = "remark", label = "" } = {}) {
    this.regions.set(String(id), { id: String(id), start: this.#inside(start), end: this.#inside(Math.max(start, end ?? start)), kind, label });
    this.#emit("regions");
  }

  removeRegion(id) {
    if (this.regions.delete(String(id))) this.#emit("regions");
  }

  muted(track) { return this.#muted[track]; }

  /** Silence one voice, or let it be heard again. */
  mute(track, on) {
    this.#muted[track] = on;
    this.#wire();
    if (this.#gains) this.#gains[track].gain.value = on ? 0 : 1;
    this.#emit("muted", track);
  }

  #inside(seconds) { return Math.min(Math.max(0, Number(seconds) || 0), this.duration || Infinity); }

  #move(seconds) {
    audio.currentTime = this.#inside(seconds);
    this.#emit("time", audio.currentTime);
  }

  #begin() {
    if (!this.#length && Number.isFinite(audio.duration)) this.#length = audio.duration;
    if (this.#isReady || !this.#length) return;
    this.#isReady = true;
    this.#resolve();
    this.#emit("ready");
  }

  #watch() {
    if (!this.playing) return;
    this.#tick(false);
    requestAnimationFrame(() => this.#watch());
  }

  #tick(always) {
    if (this.playing) {
      const end = this.looping ? this.selection.end : this.#until;
      if (end !== null && this.time >= end) {
        if (this.looping) this.#move(this.selection.start);
        else { audio.pause(); return; }
      }
    }
    const now = performance.now();
    if (!always && now - this.#told < TOLD_EVERY) return;
    this.#told = now;
    this.#emit("time", this.time);
  }

  /** Each voice through a volume of its own: left channel the trainee, right channel her. Browsers want a press before that. */
  #wire() {
    if (this.#context || !window.AudioContext || !navigator.userActivation?.hasBeenActive) {
      this.#context?.resume();
      return;
    }
    this.#context = new AudioContext();
    const [splitter, source] = [this.#context.createChannelSplitter(2), this.#context.createMediaElementSource(audio)];
    source.connect(splitter);
    this.#gains = {};
    for (const [channel, track, side] of [[0, "trainee", -0.3], [1, "survivor", 0.3]]) {
      const [gain, place] = [this.#context.createGain(), this.#context.createStereoPanner()];
      gain.gain.value = this.#muted[track] ? 0 : 1;
      place.pan.value = side;
      splitter.connect(gain, channel);
      gain.connect(place).connect(this.#context.destination);
      this.#gains[track] = gain;
    }
    this.#context.resume();
  }

  #emit(name, ...given) {
    for (const f of this.#listeners.get(name) ?? []) f(...given);
  }
}

export const player = new Player();
