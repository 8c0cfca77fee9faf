"""Playing a recorded session through the headphones: trainee left, survivor right."""

from __future__ import annotations

from voicesim.errors import DeviceError
from voicesim.session.reader import Bundle
from voicesim.timebase import SAMPLE_RATE


def listen_to(bundle: Bundle) -> None:
    """Play both tracks to the end; Ctrl-C stops.

    Raises:
        DeviceError: there is nothing to play through.
    """
    import numpy as np

    from voicesim.audio.soundcard import find_device

    output = find_device(None, "output")
    import sounddevice

    both = np.stack([bundle.track("trainee"), bundle.track("survivor")], axis=1)
    try:
        sounddevice.play(both, SAMPLE_RATE, device=output.name, blocking=True)
    except sounddevice.PortAudioError as error:
        raise DeviceError(
            f"{output.name} cannot play this: {error}.", "Open the report instead; it plays in a browser."
        ) from error
