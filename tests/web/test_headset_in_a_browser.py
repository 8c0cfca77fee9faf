"""The browser's half of the headset, in the browser's own audio thread: what it says it plays is what sounds, at that moment."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from browser import Browser

from serving.server import Served

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

# A click goes out in block 20 and comes back through a cable of known length; where the captured blocks hold it, and what they say
# was playing, must agree. (A loop of nodes adds one quantum of 128 frames to the cable.)
LOOP = """
(async () => {
  const rate = RATE, cable = 0.05, seconds = 2;
  const context = new OfflineAudioContext(1, rate * seconds, rate);
  await context.audioWorklet.addModule('/static/practice/headset-worklet.js');
  const node = new AudioWorkletNode(context, 'headset', {numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1],
    channelCount: 1, channelCountMode: 'explicit', processorOptions: {ahead: 3}});
  const delay = new DelayNode(context, {delayTime: cable, maxDelayTime: 1});
  node.connect(delay).connect(node);
  node.connect(context.destination);
  const captured = [];
  node.port.onmessage = ({data}) => captured.push(data);
  const held = context.suspend(0.1);
  const done = context.startRendering();
  await held;
  for (let number = 0; number < 60; number++) {
    const frame = new ArrayBuffer(8 + 640);
    new DataView(frame).setUint32(0, number, true);
    if (number === 20) new Int16Array(frame, 8)[160] = 30000;
    node.port.postMessage(frame, [frame]);
  }
  await new Promise(settle => setTimeout(settle, 200));
  await context.resume();
  await done;
  await new Promise(settle => setTimeout(settle, 200));
  let loudest = 0, heard = 0, played = 0;
  const numbers = [], playing = [];
  for (const block of captured) {
    const view = new DataView(block), number = view.getUint32(0, true);
    numbers.push(number);
    playing.push(view.getInt32(4, true));
    if (view.getInt32(4, true) === 20) played = number * 320 + 160;
    new Int16Array(block, 12).forEach((value, i) => {
      if (Math.abs(value) > loudest) [loudest, heard] = [Math.abs(value), number * 320 + i];
    });
  }
  return JSON.stringify({numbers, playing, loudest, late: (heard - played) / 16000 - cable - 128 / rate});
})()
"""


@pytest.fixture(scope="module")
def browser(server: Served) -> Iterator[Browser]:
    with Browser() as browser:
        browser.visit(f"{server.url}/")
        yield browser


@pytest.mark.parametrize("rate", [16000, 44100, 48000, 96000])
def test_what_is_said_to_play_is_what_sounds_then(browser: Browser, rate: int) -> None:
    found = json.loads(browser.evaluate(LOOP.replace("RATE", str(rate))))
    assert found["numbers"] == list(range(len(found["numbers"])))
    assert len(found["numbers"]) >= 98
    sounded = [number for number in found["playing"] if number >= 0]
    assert sounded == list(range(60))
    assert found["loudest"] > 6000
    assert found["late"] == pytest.approx(0.001, abs=0.0005), "half of the filter that converts the rate"
