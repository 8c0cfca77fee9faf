// The headset, in the browser's audio thread: one clock for what is captured and what is played.
//
// Time runs in samples at 16 kHz and is cut into slots of 20 ms. When a slot begins, the next of the server's blocks is taken to be
// played in it; when it is over, what was captured in it goes out with that block's number. Both ways are converted between the
// device's rate and 16 kHz by a windowed sinc.

const RATE = 16000;
const BLOCK = 320;
const HEADER = 12;
const REACH = 16; // zero crossings on each side of the sinc
const STEPS = 128; // of its table, per zero crossing
const BEHIND = REACH + 1; // samples by which playing lags its slot: half the sinc, about 1 ms
const WATCH = 250; // slots after which a queue that never ran low is shortened

function sincTable(cutoff) {
  const table = new Float32Array(REACH * STEPS + 2);
  for (let i = 0; i <= REACH * STEPS; i++) {
    const x = i / STEPS;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / REACH);
    table[i] = cutoff * sinc * window;
  }
  return table;
}

// A signal of which the last few thousand samples can be asked for at any point in between.
class Signal {
  constructor(size, scale) {
    this.samples = new Float32Array(size);
    this.mask = size - 1;
    this.length = 0;
    this.scale = scale; // zero crossings of the sinc per sample, at most 1
    this.table = sincTable(0.94);
  }

  push(value) {
    this.samples[this.length++ & this.mask] = value;
  }

  at(position) {
    const reach = REACH / this.scale;
    let sum = 0;
    for (let i = Math.max(0, Math.ceil(position - reach)); i <= position + reach; i++) {
      const x = Math.abs(i - position) * this.scale * STEPS;
      const step = Math.floor(x);
      if (step >= REACH * STEPS) continue;
      const weight = this.table[step] + (this.table[step + 1] - this.table[step]) * (x - step);
      sum += weight * this.samples[i & this.mask];
    }
    return sum * this.scale;
  }
}

class HeadsetProcessor extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.ahead = options.processorOptions.ahead;
    this.ratio = RATE / sampleRate;
    this.port.onmessage = ({ data }) => {
      if (data !== "restart") return this.receive(data);
      this.restart();
      this.port.postMessage("restarted"); // whatever was captured before has been posted before
    };
    this.restart();
  }

  restart() {
    this.heard = new Signal(16384, Math.min(1, this.ratio));
    this.played = new Signal(1024, Math.min(1, 1 / this.ratio));
    for (let i = 0; i < BEHIND; i++) this.played.push(0);
    this.queue = [];
    this.filling = true;
    this.lowest = Infinity;
    this.slots = 0; // begun so far
    this.playing = []; // of the slots whose capture is not complete
    this.captured = 0; // samples at 16 kHz, complete
    this.block = null;
  }

  receive(data) {
    const view = new DataView(data);
    this.queue.push({ number: view.getUint32(0, true), silent: (view.getUint32(4, true) & 1) === 1, pcm: new Int16Array(data, 8) });
    if (this.queue.length >= this.ahead) this.filling = false;
  }

  beginSlot() {
    if (++this.slots % WATCH === 0) {
      if (this.lowest > this.ahead && this.queue[0]?.silent) this.queue.shift();
      this.lowest = Infinity;
    }
    this.lowest = Math.min(this.lowest, this.queue.length);
    const next = this.filling ? undefined : this.queue.shift();
    this.playing.push(next ? next.number : -1);
    for (let i = 0; i < BLOCK; i++) this.played.push(next ? next.pcm[i] / 32768 : 0);
  }

  capture(value) {
    if (this.block === null) {
      this.block = new ArrayBuffer(HEADER + 2 * BLOCK);
      this.pcm = new Int16Array(this.block, HEADER);
    }
    this.pcm[this.captured++ % BLOCK] = Math.round(Math.max(-1, Math.min(0.99997, value)) * 32768);
    if (this.captured % BLOCK) return;
    const view = new DataView(this.block);
    view.setUint32(0, this.captured / BLOCK - 1, true);
    view.setInt32(4, this.playing.shift(), true);
    view.setUint16(8, Math.min(this.queue.length, 65535), true);
    this.port.postMessage(this.block, [this.block]);
    this.block = null;
  }

  process(inputs, outputs) {
    const input = inputs[0][0];
    const output = outputs[0];
    const reach = REACH / this.heard.scale;
    for (let i = 0; i < output[0].length; i++) {
      const now = this.heard.length * this.ratio;
      while (now >= this.slots * BLOCK) this.beginSlot();
      const value = this.played.at(now);
      for (const channel of output) channel[i] = value;
      this.heard.push(input ? input[i] : 0);
      while (this.captured / this.ratio + reach < this.heard.length - 1) this.capture(this.heard.at(this.captured / this.ratio));
    }
    return true;
  }
}

registerProcessor("headset", HeadsetProcessor);
