"""Ctrl-C where a command sees its work in hand through before it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from voicesim.stopping import asked_to_stop


def test_the_first_ctrl_c_asks_and_the_second_interrupts() -> None:
    usual = signal.getsignal(signal.SIGINT)
    with asked_to_stop(signal.SIGINT) as asked:
        assert not asked.is_set()
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is usual


def test_beside_the_main_thread_the_work_goes_on_unasked() -> None:
    found: list[bool] = []

    def work() -> None:
        with asked_to_stop(signal.SIGINT) as asked:
            found.append(asked.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


@pytest.mark.skipif(sys.platform == "win32", reason="signals as Unix has them")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "the system"])
def test_a_service_in_a_shells_background_ends_when_it_is_asked(how: signal.Signals) -> None:
    serves = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"  # as a shell starts what it puts into the background
        "from voicesim.asr.serving.run import wait_for_the_end\n"
        "print('up', flush=True); wait_for_the_end(); print('ended in good order')"
    )
    process = subprocess.Popen([sys.executable, "-c", serves], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    until_it_listens(process.pid)
    process.send_signal(how)
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "ended in good order\n")


def until_it_listens(process: int) -> None:
    """Until it has its own handlers for both ways of asking, as Linux tells; elsewhere a moment."""
    status, both = Path(f"/proc/{process}/status"), sum(1 << each - 1 for each in (signal.SIGINT, signal.SIGTERM))
    until = time.monotonic() + 10
    while status.exists() and time.monotonic() < until:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & both == both:
            return
        time.sleep(0.02)
    time.sleep(0.5)
