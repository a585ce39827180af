import json

import pytest

from voices.errors import InputError
from voices.evaluate import Codes, agreement, groups, intervals, pair_up, read_codes, theme_f1


def codes(key, sentiment, themes, language="en"):
    return Codes(key, "employee", language, sentiment, "none", themes)


GOLD = [
    codes("1", "negative", {"workload": "negative", "trust": "negative"}),
    codes("2", "mixed", {"culture": "positive"}),
]
OURS = [
    codes("1", "negative", {"workload": "positive"}),
    codes("2", "neutral", {"culture": "positive", "growth": "positive"}),
]


def test_agreement_by_hand():
    result = agreement(pair_up(OURS, GOLD))
    assert result.n == 2
    assert result.theme_micro_f1 == pytest.approx(2 * 2 / (3 + 3))
    assert result.theme_macro_f1 == pytest.approx((1 + 1 + 0) / 3)
    assert result.polarity_micro_f1 == pytest.approx(2 * 1 / 6)
    assert result.sentiment_macro_f1 == 1.0  # mixed counts as neutral


def test_theme_table_by_hand():
    row = theme_f1(pair_up(OURS, GOLD))["trust"]
    assert (row["precision"], row["recall"], row["f1"], row["n"]) == (0.0, 0.0, 0.0, 1)


def test_groups_by_language_and_voice():
    mixed = [codes("1", "negative", {}), codes("2", "negative", {}, language="nl")]
    assert list(groups(pair_up(mixed, mixed))) == ["all", "language en", "language nl", "voice employee"]


def test_intervals_contain_the_figure_and_narrow_with_more_comments():
    few = pair_up(OURS, GOLD)
    low, high = intervals(few)["polarity_micro_f1"]
    assert low <= agreement(few).polarity_micro_f1 <= high
    wide, narrow = (b - a for a, b in (intervals(few * n)["polarity_micro_f1"] for n in (20, 500)))
    assert narrow < wide / 3


def test_reads_our_own_output_and_human_files(tmp_path):
    ours = {"id": "1", "voice": "employee", "language": "en", "themes": [{"theme": "trust", "polarity": "negative"}]}
    human = {"id": "1", "lang": "en", "sentiment": "negative", "themes": {"trust": "negative"}}
    (tmp_path / "a.jsonl").write_text(json.dumps(ours) + "\n\n")
    (tmp_path / "b.jsonl").write_text(json.dumps(human))
    (tmp_path / "c.csv").write_text("id,themes\n1,trust:negative;growth:positive\n")
    assert read_codes(tmp_path / "a.jsonl")[0].themes == {"trust": "negative"}
    assert read_codes(tmp_path / "b.jsonl")[0].language == "en"
    assert read_codes(tmp_path / "c.csv")[0].themes == {"trust": "negative", "growth": "positive"}


def test_bad_files_say_where(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 1, "themes": {}}\nsecret comment text\n')
    with pytest.raises(InputError, match="record 2") as caught:
        read_codes(tmp_path / "a.jsonl")
    assert "secret" not in str(caught.value)
    with pytest.raises(InputError, match="no such file"):
        read_codes(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="same ids"):
        pair_up(OURS, [codes("9", None, {})])
