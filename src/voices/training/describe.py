"""Calibrate an exported model on held-out comments, measure it, and write its ``analyst.json``."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voices.analyst import Analyst, doubt
from voices.evaluate import Codes, agreement, groups, pair_up, read_codes, theme_f1
from voices.heads import softmax
from voices.model_input import model_input
from voices.models import FORMAT, file_sha256, find
from voices.prepare import prepare
from voices.taxonomy import EMOTIONS, POLARITIES, SENTIMENTS, THEMES
from voices.training import calibrate
from voices.training.data import Row, read_json_lines
from voices.types import Coded, Comment

logger = logging.getLogger(__name__)

MAX_TOKENS = 256
"""Length of a window in use; training texts are shorter, positions up to 512 come with the base."""
FOLDS = 2
"""Thresholds are judged on a half that they were not tuned on."""


@dataclass(frozen=True)
class Logits:
    """What an exported model says of n comments, before temperatures.

    Attributes
    ----------
    themes : ndarray, shape (n, n_themes)
    polarity : ndarray, shape (n, n_themes, 3)
    sentiment : ndarray, shape (n, 4)
    emotion : ndarray, shape (n, n_emotions)
    """

    themes: np.ndarray
    polarity: np.ndarray
    sentiment: np.ndarray
    emotion: np.ndarray


def exported_logits(folder: Path, rows: list[Row]) -> Logits:
    """Run the exported model over rows, one at a time; what exceeds the window is cut off."""
    import onnxruntime
    from tokenizers import Tokenizer

    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    names = ("themes", "polarity", "sentiment", "emotion")
    found = []
    for row in rows:
        prompt, _ = model_input(row.text, voice=row.voice, question=row.question)
        found.append(session.run(list(names), {"input_ids": np.array([tokenizer.encode(prompt).ids])}))
    return Logits(*(np.concatenate(values) for values in zip(*found, strict=True)))


def temperatures(logits: Logits, rows: list[Row]) -> dict[str, float]:
    """Find the temperature of each head that chooses among classes."""
    signs = calibrate.polarity_matrix(rows)
    sentiment = np.array([SENTIMENTS.index(str(row.sentiment)) for row in rows])
    emotion = np.array([EMOTIONS.index(str(row.emotion)) for row in rows])
    found = {
        "polarity": calibrate.class_temperature(logits.polarity.reshape(-1, len(POLARITIES)), signs.reshape(-1)),
        "sentiment": calibrate.class_temperature(logits.sentiment, sentiment),
        "emotion": calibrate.class_temperature(logits.emotion, emotion),
    }
    return {name: round(value, 4) for name, value in found.items()}


def held_out_figures(logits: Logits, rows: list[Row], *, seed: int = 20) -> dict[str, Any]:
    """Measure calibration and errors, each half of the rows with the settings of the other half.

    Returns
    -------
    dict
        ``calibration_error`` of themes, of mentions (themes above their threshold), polarity and
        sentiment, ``reliability`` of the same, ``confusion`` and ``confusion_negative`` per theme
        (presence, and presence as negative),
        and for ``review`` the share of comments to look at and how often codes are right in both parts.
    """
    present, signs = calibrate.presence_matrix(rows), calibrate.polarity_matrix(rows)
    fold = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    chance, found = np.zeros(present.shape), np.zeros(present.shape, bool)
    polarity, sentiment = np.zeros(logits.polarity.shape), np.zeros(logits.sentiment.shape)
    doubts = np.zeros(len(rows))
    for here in range(FOLDS):
        rest, part = fold != here, fold == here
        other = Logits(*(getattr(logits, name)[rest] for name in Logits.__annotations__))
        heat = temperatures(other, [row for row, chosen in zip(rows, rest, strict=True) if chosen])
        curve = calibrate.theme_curve(other.themes, present[rest])
        chance[part] = calibrate.on_curve(logits.themes[part], curve)
        tuned = calibrate.theme_thresholds(calibrate.on_curve(other.themes, curve), present[rest])
        limits = np.array([tuned[theme] for theme in THEMES])
        found[part] = chance[part] >= limits
        polarity[part] = softmax(logits.polarity[part] / heat["polarity"])
        sentiment[part] = softmax(logits.sentiment[part] / heat["sentiment"])
        doubts[part] = [doubt(c, limits, float(s.max())) for c, s in zip(chance[part], sentiment[part], strict=True)]
    want = np.array([SENTIMENTS.index(str(row.sentiment)) for row in rows])
    is_sign = (signs >= 0) & found
    stated = {
        "themes": (chance.ravel(), present.ravel()),
        "mentions": (chance[found], present[found]),
        "polarity": (polarity[is_sign].max(axis=-1), polarity[is_sign].argmax(axis=-1) == signs[is_sign]),
        "sentiment": (sentiment.max(axis=-1), sentiment.argmax(axis=-1) == want),
    }
    negative = POLARITIES.index("negative")
    cut = calibrate.review_cut(doubts)
    right = (found == present).all(axis=1) & (sentiment.argmax(axis=-1) == want)
    return {
        "n": len(rows),
        "calibration_error": {name: calibrate.calibration_error(*pair) for name, pair in stated.items()},
        "reliability": {name: calibrate.reliability(*pair) for name, pair in stated.items()},
        "confusion": calibrate.confusion(found, present),
        "confusion_negative": calibrate.confusion(
            found & (polarity.argmax(axis=-1) == negative), present & (signs == negative)
        ),
        "review": {
            "cut": cut,
            "share": float((doubts > cut).mean()),
            "right_when_sure": float(right[doubts <= cut].mean()),
            "right_when_not": float(right[doubts > cut].mean()),
        },
    }


def code_gold(analyst: Analyst, path: Path) -> list[Codes]:
    """Code the comments of a gold file with the finished model."""
    items = list(read_json_lines(path))
    comments = [
        Comment(i["id"], i["voice"], path.name, n, i["text"], i.get("question")) for n, i in enumerate(items, start=1)
    ]
    return [as_codes(coded) for coded in analyst.code(prepare(comments))]


def as_codes(coded: Coded) -> Codes:
    """Reduce a coded comment to what is compared with gold."""
    comment = coded.comment
    themes = {mention.theme: mention.polarity for mention in coded.mentions}
    return Codes(comment.id, str(comment.voice), coded.language, coded.sentiment, coded.emotion, themes)


def describe(folder: Path, held: list[Row], gold: Path, *, name: str, version: str) -> dict[str, Any]:
    """Calibrate on held-out rows, write ``analyst.json``, and measure the model on the gold set.

    Parameters
    ----------
    folder : Path
        Holds ``model.onnx`` and ``tokenizer.json``.
    held : list of Row
        Coded comments that training never saw.
    gold : Path
        Coded comments that nothing was ever tuned on.

    Returns
    -------
    dict
        The figures, also in ``analyst.json``.
    """
    logits = exported_logits(folder, held)
    heat = temperatures(logits, held)
    present = calibrate.presence_matrix(held)
    curve = calibrate.theme_curve(logits.themes, present)
    figures = held_out_figures(logits, held)
    description: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "version": version,
        "languages": ["en", "nl"],
        "max_tokens": MAX_TOKENS,
        "labels": {"themes": list(THEMES), "sentiment": list(SENTIMENTS), "emotion": list(EMOTIONS)},
        "thresholds": calibrate.theme_thresholds(calibrate.on_curve(logits.themes, curve), present),
        "temperature": heat,
        "curve": curve,
        "review_above": figures["review"]["cut"],
        "confusion": figures.pop("confusion"),
        "confusion_negative": figures.pop("confusion_negative"),
        "files": {file: file_sha256(folder / file) for file in ("model.onnx", "tokenizer.json")},
        "metrics": {},
    }
    _write(folder, description)
    pairs = pair_up(code_gold(Analyst(find(str(folder))), gold), read_codes(gold))
    description["metrics"] = {
        "gold": gold.name, "groups": groups(pairs), "themes": theme_f1(pairs), "held_out": figures
    }  # fmt: skip
    _write(folder, description)
    logger.info("on %s: %s", gold.name, agreement(pairs))
    return dict(description["metrics"])


def _write(folder: Path, description: dict[str, Any]) -> None:
    rounded = json.loads(json.dumps(description), parse_float=lambda text: round(float(text), 4))
    (folder / "analyst.json").write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf8")
