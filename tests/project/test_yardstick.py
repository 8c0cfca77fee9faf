"""The yardstick of the questions' measurement: what trained classifiers reach, fairly judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from evaluation import yardstick
from evaluation.yardstick_ceiling import ceiling
from evaluation.yardstick_corpus import Utterance, utterances
from evaluation.yardstick_encoder import Encoder, mean_of
from evaluation.yardstick_figures import CLASSES, asked, decided, folds, tell, with_hindsight
from evaluation.yardstick_reader import judged, laid_out, trained
from evaluation.yardstick_text_coder import tell_text_coder
from evaluation.yardstick_tuned import Bench, Variant, measure, prepare, report

ENDS = (1, 2)
WORDS: dict[str, int] = {}


def pieces(text: str) -> list[int]:
    """A word is a piece."""
    return [WORDS.setdefault(word, 3 + len(WORDS) % 60) for word in text.split()]


@pytest.fixture(autouse=True)
def _on_one_core() -> Iterator[None]:
    """So little to reckon is slower on several, and much slower where they are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def encoder() -> Encoder:
    """A very small one that knows nothing."""
    dice, size = np.random.default_rng(0), 16

    def drawn(*shape: int) -> NDArray[Any]:
        return dice.normal(0, 0.3, shape).astype(np.float32)

    layer, attention = "encoder.layer.0", "encoder.layer.0.attention"
    weights: dict[str, NDArray[Any]] = {
        "embeddings.word_embeddings.weight": drawn(64, size),
        "embeddings.position_embeddings.weight": drawn(200, size),
        "embeddings.token_type_embeddings.weight": drawn(2, size),
        f"{layer}.intermediate.dense.weight": drawn(32, size),
        f"{layer}.intermediate.dense.bias": drawn(32),
        f"{layer}.output.dense.weight": drawn(size, 32),
        f"{layer}.output.dense.bias": drawn(size),
    }
    for part in ("self.query", "self.key", "self.value", "output.dense"):
        weights |= {f"{attention}.{part}.weight": drawn(size, size), f"{attention}.{part}.bias": drawn(size)}
    for norm in ("embeddings", f"{attention}.output", f"{layer}.output"):
        weights |= {f"{norm}.LayerNorm.weight": np.ones(size), f"{norm}.LayerNorm.bias": np.zeros(size)}
    return Encoder(weights, layers=1, heads=2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve made-up calls of questions, answers and stories."""
    lines = [
        ("A", "Did you walk home?", "qy"), ("B", "Yes,", "ny"), ("B", "I walked all the way.", "sd"),
        ("A", "Where was your phone?", "qw"), ("B", "It was in the car.", "sd"), ("B", "He was angry,", "sv"),
        ("A", "He was angry?", "qy^d"), ("B", "I told you.", "sd"),
    ]  # fmt: skip
    rows = [
        {"dialogue": str(call), "speaker": who, "text": text, "act": act}
        for call in range(12)
        for who, text, act in lines
    ]
    path = tmp_path_factory.mktemp("data") / "text" / "switchboard_dialogue_acts.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def items(corpus: Path) -> list[Utterance]:
    return utterances(corpus)


def test_an_utterance_is_shown_unpunctuated_among_its_neighbours_and_only_questions_and_statements_are(
    items: list[Utterance],
) -> None:
    asked_back = items[5]
    assert (asked_back.text, asked_back.strict) == ("he was angry", "declarative")
    assert asked_back.before == ((False, "he was angry"), (False, "it was in the car"))
    assert asked_back.after == ((False, "i told you"), (False, ""))
    assert len(items) == 12 * 7


def test_the_same_utterances_come_as_transcribed(corpus: Path, items: list[Utterance]) -> None:
    written = utterances(corpus, bare=False)
    assert written[0].text == "Did you walk home?"
    assert [one.act for one in written] == [one.act for one in items]


def test_what_is_read_stands_in_the_order_in_which_it_was_said_with_the_speakers_marked() -> None:
    def letters(text: str) -> list[int]:
        return [ord(letter) for letter in text.split()]

    shown = laid_out("c c", [(False, "b"), (True, "a")], [(False, "d"), (True, "")], letters, ENDS)
    assert shown.pieces == (1, ord("a"), 2, ord("b"), 2, ord("c"), ord("c"), 2, ord("d"), 2)
    assert [n for n, other in enumerate(shown.other) if other] == [3, 4, 8, 9]
    assert [n for n, here in enumerate(shown.here) if here] == [5, 6]


def test_of_a_long_neighbour_what_is_nearest_is_read() -> None:
    long = " ".join(str(number) for number in range(100, 200))
    shown = laid_out("7", [(True, long)], [(True, long)], lambda text: [int(t) for t in text.split()], ENDS)
    assert (shown.pieces[1], shown.pieces[24]) == (176, 199)
    assert (shown.pieces[-25], shown.pieces[-2]) == (100, 123)


def test_filling_up_changes_nothing(encoder: Encoder) -> None:
    encoder.eval()
    said, there = torch.tensor([[1, 5, 6, 2, 0, 0]]), torch.tensor([[True] * 4 + [False] * 2])
    alone = encoder(said[:, :4], torch.zeros(1, 4).long(), there[:, :4])
    filled = encoder(said, torch.zeros(1, 6).long(), there)
    assert torch.allclose(mean_of(alone, there[:, :4]), mean_of(filled, there), atol=1e-6)


def test_a_reader_learns_which_word_asks(encoder: Encoder) -> None:
    said = [
        laid_out(f"{first} w{number % 7}", [], [], pieces, ENDS) for number in range(240) for first in ("did", "he")
    ]
    labels = np.array([1, 0] * 240)
    reader, corrections = trained(encoder, said, labels, 0, seed=1, rounds=10)
    logs = judged(reader, corrections, said[:40])
    assert (logs[:, :2].argmax(axis=1) == labels[:40]).mean() > 0.9
    assert np.allclose(np.exp(logs).sum(axis=1), 1)


def test_what_the_rules_say_reaches_the_last_layer(encoder: Encoder) -> None:
    said = [laid_out(f"w{number % 5}", [], [], pieces, ENDS, [number % 2]) for number in range(600)]
    labels = np.array([0, 2] * 300)
    reader, corrections = trained(encoder, said, labels, 2, seed=1, rounds=5)
    assert (judged(reader, corrections, said[:40])[:, [0, 2]].argmax(axis=1) * 2 == labels[:40]).mean() > 0.9


def test_no_dialogue_is_learnt_from_and_judged_and_less_is_part_of_more(
    encoder: Encoder, items: list[Utterance]
) -> None:
    bench = Bench(encoder, pieces, ENDS, {True: items}, [one.strict for one in items])
    whole, half = (set(bench.learns_from(Variant(False, False, share), 2).tolist()) for share in (1.0, 0.5))
    assert not {items[n].dialogue for n in whole} & {items[n].dialogue for n in np.flatnonzero(bench.fold == 2)}
    assert half < whole


def test_stopped_half_way_it_tells_what_was_finished(
    encoder: Encoder, items: list[Utterance], capsys: pytest.CaptureFixture[str]
) -> None:
    def tell_done(title: str) -> None:
        if not title.startswith("0 of"):
            raise KeyboardInterrupt

    truth = [one.strict for one in items]
    bench = Bench(encoder, pieces, ENDS, {True: items}, truth)
    prepare(bench, lambda _: None)
    with ThreadPoolExecutor(1) as pool:
        measured, whole = measure(pool, {"before, rules": Variant(False, True)}, 5, tell_done)
    assert (whole, set(measured["before, rules"].folds)) == (False, {0})
    figures = report(bench, truth, measured)
    assert "before, rules (1 of 5 folds)" in capsys.readouterr().out
    assert figures["before, rules"]["folds"] == 1


def test_rare_classes_get_a_bias_that_other_dialogues_chose() -> None:
    dialogues = [str(number // 10) for number in range(200)]
    truth = ["tag" if number % 10 == 0 else "statement" for number in range(200)]
    logs = np.full((200, len(CLASSES)), -9.0)
    logs[:, 0], logs[:, CLASSES.index("tag")] = -0.2, [-0.9 if label == "tag" else -3.0 for label in truth]
    assert set(logs.argmax(axis=1)) == {0}
    assert decided(dialogues, truth, logs) == truth
    assert [label != "statement" for label in asked(dialogues, truth, logs)] == [label == "tag" for label in truth]
    fold = folds(dialogues)
    assert all(len({int(f) for f, d in zip(fold, dialogues, strict=True) if d == name}) == 1 for name in set(dialogues))


def test_hindsight_is_never_worse_than_fair(capsys: pytest.CaptureFixture[str]) -> None:
    dice = np.random.default_rng(3)
    truth = [CLASSES[kind] for kind in dice.integers(0, len(CLASSES), 300)]
    dialogues = [str(number // 10) for number in range(300)]
    logs = dice.normal(size=(300, len(CLASSES)))
    fair = tell("drawn", dialogues, truth, decided(dialogues, truth, logs), asked(dialogues, truth, logs))
    macro, question = with_hindsight(truth, logs)
    assert macro >= fair["macro-F1"]["value"]
    assert question >= fair["question or not, F1, threshold of its own"]["value"]
    assert "threshold of its own" in capsys.readouterr().out


def test_words_that_were_coded_both_ways_cap_what_a_reader_can_reach() -> None:
    truth = ["yes_no", "statement", "statement", "wh", "statement"]
    one = ceiling(["you know", "you know", "you know", "where", "i went"], truth)
    assert (one.repeated, one.questions, one.torn, one.torn_questions) == (3, 1, 3, 1)
    assert one.question_f1 == pytest.approx(
        2 / 3
    )  # "where" alone is found; calling all three asked would give the same
    assert ceiling([str(number) for number in range(5)], truth).question_f1 == 1.0
    assert ceiling(["you know", "you know"], ["wh", "wh"]).torn == 0


def test_what_is_missing_is_said_in_one_line(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(corpus.parent.parent)
    assert yardstick.main(["--data", str(tmp_path)]) == 2
    assert "are not here" in capsys.readouterr().out
    assert yardstick.main(["--data", data, "--fine-tuned", "--variants", "nonsense"]) == 2
    assert "'before, rules'" in capsys.readouterr().out
    monkeypatch.setattr(yardstick, "find_spec", lambda name: None)
    assert yardstick.main(["--data", data, "--fine-tuned"]) == 2
    assert capsys.readouterr().out == "This needs packages that are not here: pip install torch tokenizers\n"


def test_the_ceiling_is_told_for_both_codings(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert yardstick.main(["--data", str(corpus.parent.parent), "--ceiling", "--json"]) == 0
    figures: Mapping[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["strict, words alone"]["torn"] == 24  # "he was angry", said and asked back in each call
    assert figures["mapped, and the utterance before"]["torn"] == 0


def test_a_readers_codes_are_laid_beside_the_corpus_by_place(
    items: list[Utterance], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In calls 3 and 4 a reader finds two of the three questions, and takes one statement for a question."""
    codes = tmp_path / "codes.json"
    found = {"0": "yes_no", "5": "declarative", "6": "tag"}
    codes.write_text(json.dumps({"whole": {"3": found, "4": found}, "selected": {"5": {"2": "wh", "3": "open"}}}))
    figures = tell_text_coder(items, [one.strict for one in items], codes)
    whole = figures["a reader of the text, whole dialogues"]
    assert whole["question or not, F1"]["value"] == pytest.approx(2 / 3)
    assert figures["a reader of the text, selected"]["recall"]["wh"] == 1.0
    assert "whole dialogues (2), with what follows: 14 utterances" in capsys.readouterr().out


@pytest.mark.models
def test_the_encoder_that_is_trained_on_gives_the_vectors_of_the_product() -> None:
    from tokenizers import Tokenizer

    from voicesim.asr.store import find
    from voicesim.meaning.encoder import MiniLM
    from voicesim.meaning.weights import NAME

    folder = find(NAME).folder
    assert folder is not None
    encoder = Encoder.read(folder).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    said = [
        "did you tell anybody",
        "take all the time you need",
        "so you went back to the house by yourself that night",
    ]
    for sentence, theirs in zip(said, MiniLM.find().embed(said), strict=True):
        ids = torch.tensor([tokenizer.encode(sentence).ids])
        with torch.inference_mode():
            ours = mean_of(encoder(ids, ids * 0, ids > 0), ids > 0)[0].numpy()
        assert ours @ theirs / np.linalg.norm(ours) > 0.98  # theirs has 8-bit weights; with 32 bits it is 1.0000
