"""The rules of the house that a machine can check."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_imports_run_downhill_and_the_pure_core_stays_pure() -> None:
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    linted = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_asking_for_help_loads_no_model_and_no_sound() -> None:
    heavy = ["torch", "whisper", "faster_whisper", "onnxruntime", "sounddevice", "soundfile", "numpy", "pydantic"]
    command = (
        "import sys; sys.argv = ['voicesim', '--help']\n"
        "from voicesim.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        f"print('LOADED', [name for name in {heavy} if name in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    helped = subprocess.run([sys.executable, "-c", command], env=env, capture_output=True, text=True, check=False)
    assert helped.returncode == 0, helped.stderr
    assert "practice" in helped.stdout
    assert helped.stdout.rstrip().endswith("LOADED []")


def test_the_onnx_runtime_is_told_to_report_nothing_before_it_is_loaded(tmp_path: Path) -> None:
    # It would leave the file of a reporting session in the folder for temporary files, and send what it has over the network.
    code = "import os, voicesim, onnxruntime; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**environment, "TMPDIR": str(tmp_path)}, capture_output=True, text=True
    )
    assert ran.stdout == "1\n", ran.stderr
    assert list(tmp_path.iterdir()) == []
