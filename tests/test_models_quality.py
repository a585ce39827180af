"""The shipped model against comments coded by hand; needs the labelled sets."""

import json

import pytest

from voices.evaluate import agreement, pair_up, read_codes
from voices.prepare import prepare
from voices.training.build import as_codes
from voices.types import Comment

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def pairs(analyst, shared_data):
    path = shared_data / "gold_dev.jsonl"
    items = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    comments = [
        Comment(i["id"], i["voice"], path.name, n, i["text"], i.get("question")) for n, i in enumerate(items, start=1)
    ]
    return pair_up([as_codes(coded) for coded in analyst.code(prepare(comments))], read_codes(path))


def test_agreement_with_careful_coders(pairs):
    result = agreement(pairs)
    print(result)  # noqa: T201
    assert result.theme_micro_f1 >= 0.73
    assert result.sentiment_macro_f1 >= 0.75
    assert result.polarity_micro_f1 >= 0.66


@pytest.mark.parametrize("language", ["en", "nl"])
def test_both_languages_are_served(pairs, language):
    result = agreement([pair for pair in pairs if pair[1].language == language])
    assert result.theme_micro_f1 >= 0.70


def test_figures_in_the_model_description_are_those_measured(pairs, analyst):
    stated = analyst.model.description["metrics"]["groups"]["all"]["theme_micro_f1"]
    assert agreement(pairs).theme_micro_f1 == pytest.approx(stated, abs=0.005)
