"""What a careful coder would never get wrong: the failure rate of each capability has an upper bound."""

import pytest

from voices.training.behaviour import Case, failed_cases, failure_rates, holds, read_cases
from voices.types import Coded, Comment, Mention, Status


def coded(sentiment, **themes):
    mentions = tuple(Mention(theme, sign, 0.9, "x", 0, 1) for theme, sign in themes.items())
    return Coded(Comment("1", "customer", "f", 2, "x"), "en", Status.CODED, sentiment, 0.1, 0.9, "none", mentions)


def test_conditions():
    item = coded("mixed", workload="negative", engagement="positive")
    assert holds("sentiment=neutral|mixed", item)
    assert not holds("sentiment=negative", item)
    assert holds("theme=workload:negative", item)
    assert holds("theme=workload:*", item)
    assert not holds("theme=workload:positive", item)
    assert not holds("theme=price:*", item)
    assert holds("not=price", item)
    assert not holds("not=workload", item)
    with pytest.raises(ValueError, match="possible are"):
        holds("mood=good", item)


class Fixed:
    """Codes by the first word."""

    def code(self, batch):
        return [coded("negative" if item.comment.text.startswith("bad") else "positive") for item in batch]


def test_failures_are_found_and_counted_per_language():
    def case(number, language, text, expect=(), same_as=None):
        return Case(number, "plain", "customer", language, None, text, expect, same_as)

    cases = [
        case(2, "en", "bad day", ("sentiment=negative",)),
        case(3, "en", "good day", ("sentiment=negative",)),
        case(4, "nl", "goede dag", ("sentiment=positive", "not=price")),
        case(5, "nl", "goede dag", same_as="bad day"),
    ]
    assert [c.number for c in failed_cases(Fixed(), cases)] == [3, 5]
    assert failure_rates(Fixed(), cases) == {"plain": {"en": (1, 2), "nl": (1, 2)}}


def test_cases_are_many_and_know_their_conditions():
    cases = read_cases()
    assert len(cases) > 450
    for case in cases:
        assert bool(case.expect) != bool(case.same_as), case.number
        for condition in case.expect:
            holds(condition, coded("positive"))
