"""Behavioural tests of a model: which capability fails how often, in each language.

The cases are in ``behaviour.tsv``, written for this package and never trained on; the method is
CheckList (Ribeiro et al., 2020). ``python -m voices.training.behaviour [--model NAME]`` prints the
table, ``--failed`` also the number of each case that failed.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voices.analyst import open_analyst
from voices.models import DEFAULT_MODEL, AnalystLike
from voices.prepare import prepare
from voices.training.data import read_table
from voices.types import Coded, Comment


@dataclass(frozen=True)
class Case:
    """One expectation.

    Attributes
    ----------
    number : int
        Line in the file, 2 is the first case.
    expect : tuple of str
        Conditions that must all hold: ``sentiment=positive|neutral``, ``theme=workload:negative`` (the
        polarity ``*`` is any), ``not=price``.
    same_as : str or None
        A second text whose sentiment and themes with polarity must come out the same.
    """

    number: int
    capability: str
    voice: str
    language: str
    question: str | None
    text: str
    expect: tuple[str, ...]
    same_as: str | None


def read_cases() -> list[Case]:
    """Read the cases that come with the package."""
    return [
        Case(
            number,
            row["capability"],
            row["voice"],
            row["lang"],
            row["question"] or None,
            row["text"],
            tuple(part.strip() for part in row["expect"].split(";") if part.strip()),
            row["same_as"] or None,
        )
        for number, row in enumerate(read_table("behaviour.tsv"), start=2)
    ]


def holds(condition: str, coded: Coded) -> bool:
    """Tell whether a condition holds for a coded comment.

    Raises
    ------
    ValueError
        If the condition is of no known kind.
    """
    kind, _, value = condition.partition("=")
    themes = {mention.theme: mention.polarity for mention in coded.mentions}
    if kind == "sentiment":
        return coded.sentiment in value.split("|")
    if kind == "theme":
        theme, _, polarity = value.partition(":")
        return theme in themes and polarity in ("*", themes[theme])
    if kind == "not":
        return value not in themes
    raise ValueError(f"unknown condition {condition!r}; possible are sentiment=, theme=, not=")


def codes_of(coded: Coded) -> tuple[str | None, frozenset[tuple[str, str]]]:
    """Give what an invariance case compares: sentiment, and themes with polarity."""
    return coded.sentiment, frozenset((mention.theme, mention.polarity) for mention in coded.mentions)


def failed_cases(analyst: AnalystLike, cases: Sequence[Case]) -> list[Case]:
    """Code every case and give those that failed."""

    def coded(texts: Iterable[str]) -> list[Coded]:
        made = [Comment(str(c.number), c.voice, "cases", c.number, t, c.question) for c, t in zip(cases, texts)]  # noqa: B905
        # Languages are given, so that a detector's error on a short text is not counted against the model.
        prepared = {language: prepare(made, language=language) for language in {c.language for c in cases}}
        return analyst.code([prepared[case.language][i] for i, case in enumerate(cases)])

    first = coded(case.text for case in cases)
    second = coded(case.same_as or case.text for case in cases)
    return [
        case
        for case, one, other in zip(cases, first, second, strict=True)
        if not all(holds(condition, one) for condition in case.expect)
        or (case.same_as and codes_of(one) != codes_of(other))
    ]


def failure_rates(analyst: AnalystLike, cases: Sequence[Case] | None = None) -> dict[str, dict[str, tuple[int, int]]]:
    """Count failures.

    Returns
    -------
    dict
        Capability -> language -> (cases that failed, cases).
    """
    cases = read_cases() if cases is None else cases
    failed = {case.number for case in failed_cases(analyst, cases)}
    counts: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for case in cases:
        bad, n = counts[case.capability].get(case.language, (0, 0))
        counts[case.capability][case.language] = (bad + (case.number in failed), n + 1)
    return dict(counts)


def main() -> None:
    """Parse the command line, code and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--failed", action="store_true", help="also print the line of each case that failed")
    arguments = parser.parse_args()
    analyst = open_analyst(arguments.model)
    rates = failure_rates(analyst)
    print(f"{'capability':28} {'en':>12} {'nl':>12}")  # noqa: T201
    for capability, by_language in rates.items():
        cells = [f"{bad}/{n} {bad / n:4.0%}" for bad, n in (by_language.get(code, (0, 1)) for code in ("en", "nl"))]
        print(f"{capability:28} {cells[0]:>12} {cells[1]:>12}")  # noqa: T201
    if arguments.failed:
        for case in failed_cases(analyst, read_cases()):
            print(f"line {case.number}: {case.capability}, {case.language}, {case.voice}")  # noqa: T201


if __name__ == "__main__":
    main()
