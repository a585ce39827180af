"""Print the tables of a model card: figures per voice, language and theme, calibration and behaviour.

``python -m voices.training.card --gold gold_dev.jsonl [--model voices-small]``
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from voices.analyst import Analyst
from voices.evaluate import RESAMPLES, Codes, agreement, intervals, pair_up, read_codes, theme_f1
from voices.models import DEFAULT_MODEL, find
from voices.training.behaviour import failure_rates
from voices.training.describe import code_gold

Pairs = Sequence[tuple[Codes, Codes]]
MAIN = ("theme_micro_f1", "polarity_micro_f1", "sentiment_macro_f1")


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield _row(*head)
    yield _row(*("---" for _ in head))
    yield from (_row(*row) for row in rows)
    yield ""


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".lstrip("0") if value < 1 else "1.0"


def groups_table(pairs: Pairs) -> Iterator[str]:
    """Give the three main figures, with 95 % bootstrap intervals, of all comments and each voice and language."""
    languages, voices = (sorted({str(getattr(gold, name)) for _, gold in pairs}) for name in ("language", "voice"))
    parts = {"all": list(pairs)}
    parts |= {language: [pair for pair in pairs if pair[1].language == language] for language in languages}
    for voice in voices:
        for language in languages:
            parts[f"{voice}, {language}"] = [
                pair for pair in pairs if (pair[1].voice, pair[1].language) == (voice, language)
            ]
    rows = []
    for name, part in parts.items():
        if part:
            found, bounds = agreement(part), intervals(part)
            cells = [f"{_short(getattr(found, key))} ({'-'.join(map(_short, bounds[key]))})" for key in MAIN]
            rows.append([name, len(part), *cells, _short(found.theme_macro_f1), _short(found.emotion_accuracy)])
    head = (
        "",
        "n",
        "themes, micro F1",
        "with polarity",
        "sentiment, macro F1",
        "themes, macro F1",
        "emotion, accuracy",
    )
    yield from _table(head, rows)


def themes_table(pairs: Pairs, *, seed: int = 20) -> Iterator[str]:
    """Give precision, recall and F1 of each theme, with a 95 % bootstrap interval of the F1."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(pairs), (RESAMPLES, len(pairs)))
    rows = []
    for theme, found in sorted(theme_f1(pairs).items(), key=lambda item: -item[1]["f1"]):
        one, other = (np.array([theme in codes.themes for codes in side]) for side in zip(*pairs, strict=True))
        hits, sizes = (one & other)[drawn].sum(axis=1), one[drawn].sum(axis=1) + other[drawn].sum(axis=1)
        low, high = np.percentile(2 * hits / np.maximum(sizes, 1), [2.5, 97.5])
        cells = [_short(found[key]) for key in ("precision", "recall")]
        rows.append([theme, int(found["n"]), *cells, f"{_short(found['f1'])} ({_short(low)}-{_short(high)})"])
    yield from _table(("theme", "n", "precision", "recall", "F1"), rows)


def behaviour_table(analyst: Analyst) -> Iterator[str]:
    """Give the failure rate of each capability."""
    rows = [
        [capability, *(f"{bad} of {n} ({bad / n:.0%})" for bad, n in (rates["en"], rates["nl"]))]
        for capability, rates in failure_rates(analyst).items()
    ]
    yield from _table(("capability", "English", "Dutch"), rows)


def held_out_table(analyst: Analyst) -> Iterator[str]:
    """Give the calibration error and the reliability of each confidence, from ``analyst.json``."""
    held = analyst.model.description["metrics"]["held_out"]
    rows = [
        [
            name,
            _short(error),
            " ".join(f"{_short(b['chance'])}:{_short(b['frequency'])}" for b in held["reliability"][name]),
        ]
        for name, error in held["calibration_error"].items()
    ]
    yield from _table(("confidence of", "expected calibration error", "stated:true, in bins of a tenth"), rows)
    review = held["review"]
    yield (
        f"needs_review: {review['share']:.0%} of the comments; all codes right in {review['right_when_not']:.0%} "
        f"of those and in {review['right_when_sure']:.0%} of the others (n = {held['n']})."
    )
    yield ""


def main() -> None:
    """Parse the command line, code and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, help="coded comments that nothing was tuned on")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    arguments = parser.parse_args()
    analyst = Analyst(find(arguments.model))
    pairs = pair_up(code_gold(analyst, arguments.gold), read_codes(arguments.gold))
    for lines in (groups_table(pairs), themes_table(pairs), held_out_table(analyst), behaviour_table(analyst)):
        for line in lines:
            print(line)  # noqa: T201


if __name__ == "__main__":
    main()
