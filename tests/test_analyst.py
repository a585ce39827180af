import json
import shutil

import pytest

from voices.analyst import Analyst, open_analyst
from voices.errors import InputError, ModelError
from voices.model_input import model_input
from voices.models import available, damaged_files, find, shipped_folder
from voices.prepare import prepare
from voices.types import Comment, Status


def code(analyst, *texts, voice="customer", question=None):
    comments = [Comment(str(n), voice, "f.csv", n + 2, text, question) for n, text in enumerate(texts)]
    return analyst.code(prepare(comments))


@pytest.mark.parametrize(
    ("voice", "text", "theme", "polarity"),
    [
        ("customer", "We had to wait over an hour in an endless queue", "workload", "negative"),
        ("customer", "De rij bij de kassa was veel te lang", "workload", "negative"),
        ("customer", "The staff were very friendly", "engagement", "positive"),
        ("customer", "Veel te duur voor wat je krijgt", "price", "negative"),
        ("customer", "The app crashes every time I log in", "process", "negative"),
        ("employee", "The salary is far too low", "compensation", "negative"),
        ("employee", "Goed salaris en veel vakantiedagen", "compensation", "positive"),
        ("employee", "De werkdruk is veel te hoog", "workload", "negative"),
        ("employee", "My manager never listens to us", "leadership", "negative"),
        ("employee", "Geen doorgroeimogelijkheden", "growth", "negative"),
    ],
)
def test_plain_cases_are_coded_as_a_person_would(analyst, voice, text, theme, polarity):
    (coded,) = code(analyst, text, voice=voice)
    assert {m.theme: m.polarity for m in coded.mentions}.get(theme) == polarity
    assert coded.sentiment == polarity


def test_codes_do_not_depend_on_order_or_neighbours(analyst):
    texts = ["Friendly staff", "The queue was endless and nobody came. " * 4, "Te duur", "Nice shop but rude cashier"]
    together = {c.comment.text: (c.sentiment, [m.theme for m in c.mentions]) for c in code(analyst, *texts)}
    backwards = {c.comment.text: (c.sentiment, [m.theme for m in c.mentions]) for c in code(analyst, *texts[::-1])}
    alone = {t: (c.sentiment, [m.theme for m in c.mentions]) for t in texts for c in code(analyst, t)}
    assert together == backwards == alone


def test_evidence_is_the_segment_that_speaks_of_the_theme(analyst):
    text = "The staff were lovely and kind. We had to wait for two hours in the queue."
    (coded,) = code(analyst, text)
    found = {m.theme: m for m in coded.mentions}
    assert "queue" in found["workload"].segment
    assert "staff" in found["engagement"].segment
    for mention in coded.mentions:
        assert text[mention.start : mention.end] == mention.segment


def test_scores_are_within_their_ranges(analyst):
    for coded in code(
        analyst, "Terrible, I will never come back!", "Fantastisch personeel!", "The shop is on the corner"
    ):
        assert -1 <= coded.sentiment_score <= 1
        assert 0 < coded.confidence <= 1
        assert all(0 < m.confidence <= 1 for m in coded.mentions)
        assert len(coded.mentions) <= 5


def test_fillers_emoji_and_other_languages_have_no_theme(analyst):
    filler, emoji, french = code(
        analyst, "n.v.t.", "👍👍👍", "Le personnel était très aimable mais la file d'attente était longue"
    )
    assert (filler.status, filler.sentiment, filler.mentions) == (Status.PLACEHOLDER, "neutral", ())
    assert (emoji.status, emoji.mentions) == (Status.WORDLESS, ())
    assert (french.status, french.sentiment, french.mentions) == (Status.OTHER_LANGUAGE, None, ())


def test_the_question_decides_what_nothing_means(analyst):
    (praise,) = code(analyst, "Nothing", question="What could we improve?")
    (complaint,) = code(analyst, "Nothing", question="What was good?")
    assert praise.sentiment_score > complaint.sentiment_score
    assert praise.mentions == complaint.mentions == ()


def test_long_comments_are_read_to_the_end(analyst):
    padding = "We went there on a Tuesday with the whole family and looked around. " * 60
    (coded,) = code(analyst, padding + "The salary of the staff is none of my business. The toilets were filthy.")
    found = {m.theme: m for m in coded.mentions}
    assert "toilets" in found["environment"].segment
    assert coded.comment.text[found["environment"].start :].startswith("The toilets")


def test_one_endless_word_is_read(analyst):
    (coded,) = code(analyst, "a" * 5000)
    assert coded.sentiment is not None


def test_an_empty_batch_is_fine(analyst):
    assert analyst.code([]) == []


def test_input_says_who_speaks_and_what_was_asked():
    prompt, offset = model_input("Nothing", voice="customer", question="What could we improve?")
    assert prompt[offset:] == "Nothing"
    assert prompt.startswith("query: customer: What could we improve? | ")
    assert model_input("Nothing", voice="employee", question="Site 3 - Q1")[0] == "query: employee: Nothing"


def test_shipped_model_is_whole_and_small():
    (model,) = available()
    assert damaged_files(model) == []
    assert sum(p.stat().st_size for p in shipped_folder().rglob("*") if p.is_file()) < 50e6
    assert (model.path / "README.md").is_file()


def test_unknown_model_and_device():
    with pytest.raises(InputError, match="neither a shipped model"):
        find("bert-huge")
    with pytest.raises(InputError, match="--device tpu"):
        open_analyst("voices-small", device="tpu")


@pytest.fixture
def copy(tmp_path):
    target = tmp_path / "copy"
    shutil.copytree(find().path, target)
    return target


def test_damaged_weights_are_found(copy):
    with (copy / "model.onnx").open("r+b") as stream:
        stream.truncate(1000)
    assert damaged_files(find(str(copy))) == ["model.onnx"]
    with pytest.raises(ModelError, match="voices models verify"):
        Analyst(find(str(copy))).load()


def test_missing_file_and_other_format(copy):
    (copy / "tokenizer.json").rename(copy / "gone.json")
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        find(str(copy))
    description = json.loads((copy / "analyst.json").read_text())
    (copy / "analyst.json").write_text(json.dumps(description | {"format": 99}))
    with pytest.raises(ModelError, match="format 99"):
        find(str(copy))
    (copy / "analyst.json").write_text("{")
    with pytest.raises(ModelError, match="not valid JSON"):
        find(str(copy))
