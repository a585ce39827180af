"""The sentences that carry the answer, the same ones in the page and in the workbook.

Wording is bounded: "negative on both sides", never "causes".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from voices.report import values
from voices.report.build import GRADES
from voices.report.i18n import sentence_digits
from voices.report.model import VOICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voices.report.i18n import Words
    from voices.report.model import Path, Report, ThemeRow

TOP = 3
"""Themes that the headline names when there are many."""
STRONG = 2
"""Root causes of the two highest grades that the answer tells in full."""
FULL = 5
"""Up to this many themes the headline names them all."""


def headline(report: Report, words: Words) -> str:
    """Give the answer in one line."""
    judged = [voice for voice in report.voice_names if report.judged(voice)]
    if not judged:
        return words("headline.nothing")
    if len(judged) == 1:
        top = [words.theme(row.theme) for row in most_negative(report, judged[0])[:TOP]]
        key = f"headline.{judged[0]}.some" if len(top) > 1 else f"headline.{judged[0]}.none"
        return words(key, themes=words.listing(top)) if len(top) > 1 else words(key)
    if not report.problems:
        return words("headline.none")
    names = [path_name(path, words) for path in report.problems]
    few = len(names) <= FULL
    shown = words.listing(names if few else names[:TOP])
    return words.plural("headline.shared" if few else "headline.many", len(names), themes=shown)


def answer(report: Report, words: Words) -> tuple[str, ...]:
    """Give the three to five sentences below the headline."""
    judged = [voice for voice in report.voice_names if report.judged(voice)]
    if not judged:
        return (words("answer.nothing"),)
    if len(judged) == 1:
        return (*_basis(report, words, judged), *_one_voice(report, words, judged[0]))
    return (*_basis(report, words, judged), *_problems(report, words), *_tested(report, words))


def next_step(report: Report, words: Words) -> str:
    """Give what a reader should do with the answer."""
    judged = [voice for voice in report.voice_names if report.judged(voice)]
    if not judged:
        return words("next.nothing")
    if len(judged) == 1:
        return words(f"next.{judged[0]}")
    if not report.problems:
        return words("next.none")
    return words("next.problems", theme=path_name(report.problems[0], words))


def path_name(path: Path, words: Words) -> str:
    """Give the name of a path: one theme where both sides share it, else both with an arrow."""
    employee, customer = words.theme(path.employee.theme), words.theme(path.customer.theme)
    if path.employee.theme == path.customer.theme:
        return employee
    return words("problems.path_title", employee=employee, customer=customer)


def path_sentence(row: Mapping[str, Any], words: Words, period: str | None = None) -> str:
    """Give what was found for one path in plain language, bounded by its grade; '' where nothing was.

    Parameters
    ----------
    row : mapping
        A row of ``alignment.csv``.
    words : Words
    period : str or None
        ``week``, ``month`` or ``quarter``, in which a lag counts; None says "periods".
    """
    grade = values.text(row.get("grade"))
    if grade not in GRADES[1:]:
        return ""
    employee, customer = values.text(row.get("employee_theme")), values.text(row.get("customer_theme"))
    kind = "same" if employee == customer else "path"
    inserts = {"employee": words.theme(employee), "customer": words.theme(customer)}
    parts = []
    if row.get("leading") == "passed":
        lag = words.plural(f"path.lag_{period or 'period'}", values.count(row.get("leading_lag")) or 0)
        parts.append(words(f"path.leading.{kind}", **inserts, lag=lag, found=_found("leading", row, words)))
    if row.get("linked") == "passed":
        parts.append(words(f"path.linked.{kind}", **inserts, found=_found("linked", row, words)))
    if row.get("aligned") == "passed" and not parts:
        similarity = words.decimal(values.number(row.get("similarity")))
        parts.append(words("path.aligned", **inserts, similarity=similarity, q=_q(row, "similarity_q_value", words)))
    shares = {voice: words.percent(values.number(row.get(f"{voice}_negative_share")), 0) for voice in VOICES}
    shared = words(f"path.shared.{kind}", theme=inserts["employee"], **inserts, **_renamed(shares))
    close = "path.close_explore" if row.get("family") == "exploratory" else f"path.close_{grade}"
    return " ".join([*parts, shared, words(close)] if parts else [shared, words(close)])


def _renamed(shares: Mapping[str, str]) -> dict[str, str]:
    return {f"{voice}_share": share for voice, share in shares.items()}


def _found(layer: str, row: Mapping[str, Any], words: Words) -> str:
    """Give the figures of a layer as in a sentence: correlation, interval, units and q."""
    effect, low, high = (values.number(row.get(f"{layer}_{name}")) for name in ("effect", "low", "high"))
    return words(
        f"path.found_{layer}",
        effect=words.decimal(effect),
        low=words.decimal(low),
        high=words.decimal(high),
        units=words.integer(values.number(row.get("n_units"))),
        periods=words.integer(values.number(row.get("n_periods"))),
        q=_q(row, f"{layer}_q_value", words),
    )


def _q(row: Mapping[str, Any], name: str, words: Words) -> str:
    """Give ``q = 0.004`` or ``q < 0.001``."""
    told = words.chance(values.number(row.get(name)))
    return f"q {told}" if told.startswith("<") else f"q = {told}"


def directions(rows: tuple[ThemeRow, ...], words: Words, *, negative: bool = False) -> str:
    """Give what a chart shows: ``employees rising, customers no clear change``."""
    found = [(row.negative_direction if negative else row.direction) or "unknown" for row in rows]
    if len(found) > 1 and len(set(found)) == 1:
        return words("trends.direction_both", direction=words(f"direction.{found[0]}"))
    voices = (words(f"voice_in_text.{row.voice}") for row in rows)
    pairs = zip(voices, found, strict=True)
    return ", ".join(
        words("trends.direction", voice=voice, direction=words(f"direction.{way}")) for voice, way in pairs
    )


def only_shared_tested(report: Report) -> bool:
    """Tell whether no layer beyond the first was tested for any path."""
    paths = (*report.problems, *report.others)
    return all(layer.status == "untested" for path in paths for layer in path.layers if layer.id != "shared")


def most_negative(report: Report, voice: str) -> list[ThemeRow]:
    """Give the themes of a voice that have complaints, most complaints first."""
    rows = [row for row in report.themes.get(voice, ()) if row.negative]
    return sorted(rows, key=lambda row: (-(row.negative or 0), row.theme))


def _basis(report: Report, words: Words, judged: list[str]) -> tuple[str, ...]:
    first = [counts.first_date for counts in report.voices if counts.first_date]
    last = [counts.last_date for counts in report.voices if counts.last_date]
    dates = words("answer.dates", first=words.date(min(first)), last=words.date(max(last))) if first and last else ""
    counts = {voice: words.integer(report.judged(voice)) for voice in judged}
    if len(judged) == 1:
        return (words(f"answer.basis_{judged[0]}", n=counts[judged[0]], dates=dates),)
    return (words("answer.basis_both", dates=dates, **counts),)


def _problems(report: Report, words: Words) -> tuple[str, ...]:
    if not report.problems:
        return ()
    strong = [path for path in report.problems if path.grade in ("linked", "leading")]
    if strong:
        return tuple(path_sentence(path.row, words, report.method.period) for path in strong[:STRONG])
    top = report.problems[:TOP]
    digits = sentence_digits(side.negative for path in top for side in (path.employee, path.customer))

    def sentence(key: str, path: Path) -> str:
        sides = {side.voice: words.measured(side.negative, digits) for side in (path.employee, path.customer)}
        return words(key, theme=path_name(path, words), **sides)

    first, *after = top
    if not after:
        return (sentence("answer.first", first),)
    paths = words("answer.after_separator").join(sentence("answer.after_path", path) for path in after)
    return (sentence("answer.first", first), words("answer.after", paths=paths))


def _tested(report: Report, words: Words) -> tuple[str, ...]:
    total = len(report.problems) + len(report.others)
    if not total:
        return (words("answer.none_tested"),)
    if not only_shared_tested(report):
        return (*_graded(report, words), words("answer.bound_layers"))
    floor = report.method.negative_floor
    inserts = {"passed": words.integer(len(report.problems)), "total": words.integer(total)}
    if floor is None:
        tested = words("answer.tested_no_floor", **inserts)
    else:
        tested = words(
            "answer.tested", floor=words.percent(floor, 0 if round(floor * 100, 6).is_integer() else 1), **inserts
        )
    if not report.problems:
        return (tested,)
    return (tested, words("answer.bound"))


def _graded(report: Report, words: Words) -> tuple[str, ...]:
    """Give how many paths passed which test, those of the search apart."""
    expected = [path for path in (*report.problems, *report.others) if path.family != "exploratory"]
    counts = Counter(path.grade for path in expected)
    grades = [words(f"grade_count.{grade}", n=words.integer(counts[grade])) for grade in GRADES[:0:-1] if counts[grade]]
    found = sum(counts[grade] for grade in GRADES[1:])
    told = words(
        "answer.grades",
        total=words.integer(len(expected)),
        found=words.integer(found),
        grades=words.listing(grades) if grades else words.integer(0),
    )
    more = sum(path.family == "exploratory" for path in report.problems)
    return (told, words("answer.grades_explored", n=words.integer(more))) if more else (told,)


def _one_voice(report: Report, words: Words, voice: str) -> tuple[str, ...]:
    bound = words("answer.one_voice_bound")
    top = most_negative(report, voice)
    if not top or not top[0].n_comments:
        return (bound,)
    share = words.percent((top[0].negative or 0) / top[0].n_comments, 0)
    return (words("answer.one_voice_top", theme=words.theme(top[0].theme), share=share), bound)
