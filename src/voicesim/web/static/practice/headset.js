// Microphone and headphones of this browser, in blocks of 20 ms at 16 kHz.

export class Headset {
  // onblock: called with each captured block (an ArrayBuffer ready to be sent); onlost: called when the microphone goes away.
  constructor(ahead, onblock, onlost) {
    this.ahead = ahead;
    this.onblock = onblock;
    this.onlost = onlost;
  }

  // raw: leave the voice as it is; otherwise the browser takes what it plays out of what it hears. Neither noise suppression nor
  // automatic gain: both change how loud and how even somebody speaks, which the scorecard looks at.
  async open(raw) {
    const wanted = { channelCount: 1, echoCancellation: !raw, noiseSuppression: false, autoGainControl: false };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    this.track = this.stream.getAudioTracks()[0];
    this.track.onended = () => this.onlost();
    this.context = new AudioContext({ latencyHint: "interactive" });
    await this.context.audioWorklet.addModule("/static/practice/headset-worklet.js");
    const options = { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], processorOptions: { ahead: this.ahead } };
    this.node = new AudioWorkletNode(this.context, "headset", { ...options, channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => (data === "restarted" ? this.restarted?.() : this.onblock(data));
    this.context.createMediaStreamSource(this.stream).connect(this.node);
    this.node.connect(this.context.destination);
    await this.context.resume();
  }

  get about() {
    const settings = this.track.getSettings();
    // Firefox asks its sound server for outputLatency and waits for the answer: on a busy computer the page has stood still for good.
    const output = navigator.userAgent.includes("Firefox/") ? 0 : this.context.outputLatency || 0;
    const loop = output + (this.context.baseLatency || 0) + (settings.latency || 0);
    return { loop, microphone: this.track.label.slice(0, 200), echo_cancellation: settings.echoCancellation === true, rate: this.context.sampleRate };
  }

  // Forget what waits to be played, and number the captured blocks from 0 again: the next block after this is number 0.
  restart() {
    return new Promise((done) => {
      this.restarted = done;
      this.node.port.postMessage("restart");
    });
  }

  play(frame) {
    this.node.port.postMessage(frame, [frame]);
  }

  tone() {
    const source = this.context.createOscillator();
    const gain = this.context.createGain();
    const now = this.context.currentTime;
    source.frequency.value = 440;
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(0.1, now + 0.1);
    gain.gain.setValueAtTime(0.1, now + 0.7);
    gain.gain.linearRampToValueAtTime(0, now + 1);
    source.connect(gain).connect(this.context.destination);
    source.start(now);
    source.stop(now + 1);
  }

  close() {
    this.stream?.getTracks().forEach((track) => ((track.onended = null), track.stop()));
    this.context?.close();
    this.stream = this.context = undefined;
  }
}

// How loud a captured block is: its peak in dB below full scale, -90 at the least.
export function peak(block) {
  let highest = 0;
  for (const sample of new Int16Array(block, 12)) highest = Math.max(highest, Math.abs(sample));
  return highest ? Math.max(-90, 20 * Math.log10(highest / 32768)) : -90;
}

// Why the microphone cannot be had, for people.
export function microphoneTrouble(error) {
  switch (error?.name) {
    case "NotAllowedError":
      return "The browser does not let this page use the microphone. Allow it (the sign is in the address bar), then try again.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No microphone was found. Plug your headset in, then try again.";
    case "NotReadableError":
      return "The microphone is in use by another program. Close that, then try again.";
    default:
      return `The microphone cannot be used (${error?.message || error}). Try again, or use another browser.`;
  }
}
