import random

from conftest import coded
from voices.quotes import LONGEST, SHOWN, QuotePicker

TEXTS = [
    f"We waited {n} minutes at till {n % 7} and then {'nobody' * (n % 3)} helped number {n * 31}" for n in range(50)
]


def pick(texts):
    picker = QuotePicker()
    picker.add(coded(("workload", "negative"), text=text, row=row) for row, text in enumerate(texts))
    return [quote.text for quote in picker.chosen()]


def test_choice_does_not_depend_on_order():
    shuffled = TEXTS[:]
    random.Random(1).shuffle(shuffled)
    assert pick(TEXTS) == pick(shuffled)
    assert 1 <= len(pick(TEXTS)) <= SHOWN


QUEUE = "The queue at the till was endless again today"


def test_repeats_and_near_repeats_are_shown_once():
    assert pick([QUEUE] * 30) == [QUEUE]
    assert len(pick([QUEUE, QUEUE + "!!", QUEUE.upper()])) == 1
    assert len(pick([QUEUE, "Nobody came to help us with the paint and the lamps"])) == 2


def test_quotes_are_of_readable_length():
    assert pick(["short", "x" * (LONGEST + 1)]) == []
