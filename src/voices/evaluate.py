"""Agreement between two codings of the same comments: ours and a human's."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.errors import InputError
from voices.taxonomy import SENTIMENTS

if TYPE_CHECKING:
    import numpy as np

CLASSES = ("positive", "negative", "neutral")


@dataclass(frozen=True)
class Codes:
    """The codes of one comment; ``themes`` maps theme to polarity."""

    id: str
    voice: str | None
    language: str | None
    sentiment: str | None
    emotion: str | None
    themes: dict[str, str]


@dataclass(frozen=True)
class Agreement:
    """Agreement over a group of comments; every figure is 0 to 1, or None where nothing was coded.

    Attributes
    ----------
    n : int
        Comments compared.
    theme_micro_f1, theme_macro_f1 : float
        Presence of themes; macro is over the themes that occur in the gold codes.
    polarity_micro_f1 : float
        Presence with the same polarity.
    sentiment_macro_f1, sentiment_accuracy : float
        Three classes, ``mixed`` counted as ``neutral``.
    emotion_accuracy : float
    """

    n: int
    theme_micro_f1: float | None
    theme_macro_f1: float | None
    polarity_micro_f1: float | None
    sentiment_macro_f1: float | None
    sentiment_accuracy: float | None
    emotion_accuracy: float | None


def f1(true_positive: int, predicted: int, actual: int) -> float:
    """Give the harmonic mean of precision and recall; 0 when nothing was found."""
    return 2 * true_positive / (predicted + actual) if predicted + actual else 0.0


def codes_of(item: Mapping[str, Any]) -> Codes:
    """Give the codes of a record, as ``classify`` or a human made it.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError
        If it has no ``id``, or themes in no form that is known.
    """
    themes = item.get("themes")
    if isinstance(themes, str):
        parts = (part.strip().partition(":") for part in themes.split(";") if part.strip())
        themes = {theme: polarity or None for theme, _, polarity in parts}
    elif themes is None:
        themes = {}
    elif not isinstance(themes, Mapping):
        themes = {mention["theme"]: mention.get("polarity") for mention in themes}
    language = item.get("language") or item.get("lang")
    return Codes(str(item["id"]), item.get("voice"), language, item.get("sentiment"), item.get("emotion"), dict(themes))


def read_codes(path: Path) -> list[Codes]:
    """Read coded comments: JSON lines (also gzipped), CSV or Parquet, as ``classify`` or a human made them.

    Raises
    ------
    InputError
        If the file is missing or a line has no ``id``.
    """
    codes = []
    for number, item in read_records(path):
        try:
            codes.append(codes_of(item))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path.name}, record {number}: not a coded comment; needed are id and themes, "
                "as JSON lines, CSV or Parquet from 'voices classify'"
            ) from error
    return codes


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the fields of each record of a coded file; no fields for a line that is no JSON object.

    Raises
    ------
    InputError
        If the file is missing or cannot be read as what its name says.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            yield from enumerate(pq.read_table(path).to_pylist(), start=1)
        else:
            yield from _lines(path)
    except (OSError, EOFError, ValueError, csv.Error, zlib.error) as error:
        raise InputError(f"{path.name}: cannot be read ({type(error).__name__}); give UTF-8 text or Parquet") from error


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as stream:
        lines: Iterable[Any] = stream
        if ".csv" in path.suffixes:
            names = stream.readline()
            delimiter = ";" if names.count(";") > names.count(",") else ","
            lines = csv.DictReader(stream, next(csv.reader([names], delimiter=delimiter)), delimiter=delimiter)
        for number, line in enumerate(lines, start=1):
            if not isinstance(line, str):
                yield number, line
            elif line.strip():
                yield number, _fields(line)


def _fields(line: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError:
        return {}
    return item if isinstance(item, dict) else {}


def pair_up(coded: Sequence[Codes], gold: Sequence[Codes]) -> list[tuple[Codes, Codes]]:
    """Match by id.

    Raises
    ------
    InputError
        If no id of the gold codes is among the coded ones.
    """
    by_id = {item.id: item for item in coded}
    pairs = [(by_id[item.id], item) for item in gold if item.id in by_id]
    if not pairs:
        raise InputError("no id of the gold file is in the coded file; code the same comments, with the same ids")
    return pairs


def agreement(pairs: Sequence[tuple[Codes, Codes]]) -> Agreement:
    """Compare (coded, gold) pairs."""
    found = [(set(a.themes), set(b.themes)) for a, b in pairs]
    signed = [(set(a.themes.items()), set(b.themes.items())) for a, b in pairs]
    names = sorted({theme for _, actual in found for theme in actual})
    each = [_set_f1([(p & {t}, a & {t}) for p, a in found]) for t in names]
    feelings = [(a.emotion, b.emotion) for a, b in pairs if a.emotion and b.emotion]
    judged = [(_three(a.sentiment), _three(b.sentiment)) for a, b in pairs if b.sentiment in SENTIMENTS]
    return Agreement(
        n=len(pairs),
        theme_micro_f1=_set_f1(found) if names else None,
        theme_macro_f1=sum(each) / len(each) if each else None,
        polarity_micro_f1=_set_f1(signed) if names else None,
        sentiment_macro_f1=_macro_f1(judged) if judged else None,
        sentiment_accuracy=sum(a == b for a, b in judged) / len(judged) if judged else None,
        emotion_accuracy=sum(a == b for a, b in feelings) / len(feelings) if feelings else None,
    )


def theme_f1(pairs: Sequence[tuple[Codes, Codes]]) -> dict[str, dict[str, float]]:
    """Give precision, recall, F1 and the gold count of each theme that occurs in the gold codes."""
    table = {}
    for theme in sorted({theme for _, gold in pairs for theme in gold.themes}):
        hits = sum(theme in a.themes and theme in b.themes for a, b in pairs)
        predicted = sum(theme in a.themes for a, _ in pairs)
        actual = sum(theme in b.themes for _, b in pairs)
        table[theme] = {
            "precision": hits / predicted if predicted else 0.0,
            "recall": hits / actual,
            "f1": f1(hits, predicted, actual),
            "n": actual,
        }
    return table


RESAMPLES = 1000


def intervals(pairs: Sequence[tuple[Codes, Codes]], *, seed: int = 20) -> dict[str, tuple[float, float]]:
    """Give 95 % percentile bootstrap intervals (Efron, 1979) of the three main figures.

    Comments are drawn with replacement; the interval says how far the figure would move with
    another sample of comments, not with another coder.

    Returns
    -------
    dict
        ``theme_micro_f1``, ``polarity_micro_f1`` and ``sentiment_macro_f1`` -> (low, high).
    """
    import numpy as np

    bounds = {name: np.percentile(values, [2.5, 97.5]) for name, values in _resampled(pairs, seed=seed).items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}


def gains(
    before: Sequence[tuple[Codes, Codes]], after: Sequence[tuple[Codes, Codes]], *, seed: int = 20
) -> dict[str, tuple[float, float, float]]:
    """Give how far the three main figures rose from one coding to another, with 95 % bootstrap intervals.

    Parameters
    ----------
    before, after : sequence of (coded, gold)
        The same gold comments in the same order.

    Returns
    -------
    dict
        As of :func:`intervals` -> (difference, low, high), from -1 to 1. Both codings are resampled with the
        same draws, so that what makes a comment hard counts in neither.
    """
    import numpy as np

    first, second = _resampled(before, seed=seed), _resampled(after, seed=seed)
    result = {}
    for name, values in second.items():
        old, new = (asdict(agreement(pairs))[name] for pairs in (before, after))
        if old is not None and new is not None:
            low, high = np.percentile(np.array(values) - np.array(first[name]), [2.5, 97.5])
            result[name] = (new - old, float(low), float(high))
    return result


def _resampled(pairs: Sequence[tuple[Codes, Codes]], *, seed: int) -> dict[str, list[float]]:
    """Give the three main figures of samples that are drawn with replacement."""
    import numpy as np

    rng = np.random.default_rng(seed)
    themes = np.array([_counts(set(a.themes), set(b.themes)) for a, b in pairs])
    signed = np.array([_counts(set(a.themes.items()), set(b.themes.items())) for a, b in pairs])
    sentiment = np.array([_class_counts(_three(a.sentiment), _three(b.sentiment)) for a, b in pairs])
    samples: dict[str, list[float]] = {"theme_micro_f1": [], "polarity_micro_f1": [], "sentiment_macro_f1": []}
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, len(pairs), len(pairs))
        samples["theme_micro_f1"].append(float(_f1_rows(themes[drawn].sum(axis=0))))
        samples["polarity_micro_f1"].append(float(_f1_rows(signed[drawn].sum(axis=0))))
        samples["sentiment_macro_f1"].append(float(_f1_rows(sentiment[drawn].sum(axis=0)).mean()))
    return samples


def _counts(one: set[Any], other: set[Any]) -> tuple[int, int, int]:
    """Give hits, predicted and actual."""
    return len(one & other), len(one), len(other)


def _class_counts(one: str | None, other: str | None) -> list[tuple[int, int, int]]:
    return [(int(one == other == name), int(one == name), int(other == name)) for name in CLASSES]


def _f1_rows(counts: np.ndarray) -> np.ndarray:
    """Give F1 from (hits, predicted, actual) in the last axis."""
    import numpy as np

    return np.asarray(2 * counts[..., 0] / np.maximum(counts[..., 1] + counts[..., 2], 1))


def groups(pairs: Sequence[tuple[Codes, Codes]]) -> dict[str, dict[str, Any]]:
    """Give the agreement, with intervals, of all comments, per language and voice of the gold codes."""
    parts = {"all": list(pairs)}
    for value in ("language", "voice"):
        for key in sorted({getattr(gold, value) for _, gold in pairs} - {None}):
            parts[f"{value} {key}"] = [pair for pair in pairs if getattr(pair[1], value) == key]
    return {name: asdict(agreement(part)) | {"intervals": intervals(part)} for name, part in parts.items()}


def _three(sentiment: str | None) -> str | None:
    return "neutral" if sentiment == "mixed" else sentiment


def _set_f1(pairs: Iterable[tuple[set[Any], set[Any]]]) -> float:
    hits = predicted = actual = 0
    for one, other in pairs:
        hits += len(one & other)
        predicted += len(one)
        actual += len(other)
    return f1(hits, predicted, actual)


def _macro_f1(pairs: Sequence[tuple[str | None, str | None]]) -> float:
    present = [name for name in CLASSES if any(b == name for _, b in pairs)]
    each = [
        f1(sum(a == b == name for a, b in pairs), sum(a == name for a, _ in pairs), sum(b == name for _, b in pairs))
        for name in present
    ]
    return sum(each) / len(each)
