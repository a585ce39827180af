import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voices.align.paths import EXPECTED, EXPLORATORY, Pair
from voices.align.similar import FEWEST, LONGEST, MentionSample, aligned

SAME = [Pair(theme, theme, EXPECTED) for theme in ("workload", "training", "process", "trust")]
WORDS = {"queue": 0, "rota": 1, "course": 2, "form": 3, "promise": 4, "parking": 5, "coffee": 6, "noise": 7}


def encode(texts, voice):
    """Give a unit vector by the keyword of each text, with some noise of its own and a part that is the voice's."""
    vectors = np.zeros((len(texts), 16))
    for row, text in zip(vectors, texts, strict=True):
        row[WORDS[text.split()[1]]] = 1
        digest = np.frombuffer(hashlib.sha256(f"{voice} {text}".encode()).digest(), np.uint8)[:16]
        row += 0.3 * (digest / 255 - 0.5)
    vectors[:, 15 if voice == "employee" else 14] += 2
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def sample_of(employee, customer, n=24, languages=("en",)):
    """Make a sample with theme -> keyword for each side."""
    sample = MentionSample()
    for voice, keywords in (("employee", employee), ("customer", customer)):
        for theme, keyword in keywords.items():
            for k in range(n):
                sample.add(voice, theme, f"the {keyword} number {k} of {theme}", languages[k % len(languages)])
    return sample


CONTENT = {"workload": "queue", "training": "course", "process": "form", "trust": "promise"}
OTHER = {"workload": "parking", "training": "coffee", "process": "noise", "trust": "rota"}


def by_theme(found):
    return {item.pair.employee: item for item in found}


def test_the_same_content_on_both_sides_is_alike():
    found = by_theme(aligned(sample_of(CONTENT, CONTENT), SAME, encode, seed=1))
    assert set(found) == set(CONTENT)
    for item in found.values():
        assert item.similarity > 0.8
        assert item.p_value < 0.01
        assert item.p_value <= item.q_value < 0.05
        assert (item.n_employee, item.n_customer) == (24, 24)


def test_the_same_content_is_alike_also_where_the_sides_differ_in_number():
    sample = sample_of(CONTENT, CONTENT)
    for k in range(15):
        sample.add("employee", "growth", f"the rota number {k} of growth", "en")
    assert all(item.q_value < 0.05 for item in aligned(sample, SAME, encode, seed=1))


def test_shuffles_of_one_voice_are_not_those_of_the_other():
    def clean(texts, voice):
        return np.stack([np.eye(16)[WORDS[text.split()[1]]] for text in texts])

    found = aligned(sample_of(CONTENT, CONTENT), SAME, clean, seed=1)
    assert [item.similarity for item in found] == pytest.approx([1.0] * 4)
    assert max(item.q_value for item in found) < 0.05


def test_unrelated_content_under_one_name_is_not_alike():
    found = aligned(sample_of(CONTENT, OTHER), SAME, encode, seed=1)
    assert len(found) == 4
    assert all(item.p_value > 0.05 for item in found)
    assert all(abs(item.similarity) < 0.3 for item in found)


def test_only_the_theme_with_the_same_content_passes():
    found = by_theme(aligned(sample_of(CONTENT, OTHER | {"workload": "queue"}), SAME, encode, seed=1))
    assert found["workload"].q_value < 0.05
    assert min(found[theme].q_value for theme in ("training", "process", "trust")) > 0.05


def test_content_that_moved_to_another_theme_is_the_opposite_of_alike():
    moved = dict(zip(CONTENT, [*list(CONTENT.values())[1:], "queue"], strict=True))
    found = aligned(sample_of(CONTENT, moved), SAME, encode, seed=1)
    assert all(item.similarity < 0 for item in found)
    assert all(item.p_value > 0.5 for item in found)


def test_a_language_of_their_own_makes_no_two_themes_alike():
    def by_language(texts, voice):
        vectors = encode(texts, voice)
        vectors[:, 13] += [5 if "number 1" in text else 0 for text in texts]
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    sample = MentionSample()
    for voice, keywords in (("employee", CONTENT), ("customer", OTHER)):
        for theme, keyword in keywords.items():
            first = 10 if theme == "workload" else 30
            for k in range(first, first + 10):
                sample.add(voice, theme, f"the {keyword} number {k} of {theme}", "nl" if k < 20 else "en")
            for k in range(50, 54):
                sample.add(voice, theme, f"the {keyword} number {k} of {theme}", "en")
    assert by_theme(aligned(sample, SAME, by_language, seed=1))["workload"].p_value > 0.05


def test_same_seed_same_result_and_only_shuffles_depend_on_it():
    sample = sample_of(CONTENT, OTHER)
    first, again, other = (aligned(sample, SAME, encode, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [item.similarity for item in first] == [item.similarity for item in other]
    assert [item.p_value for item in first] != [item.p_value for item in other]


def test_themes_with_too_few_mentions_and_paths_of_two_themes_are_left_out():
    sample = sample_of(CONTENT, CONTENT, n=FEWEST)
    for k in range(FEWEST - 1):
        sample.add("employee", "culture", f"the noise number {k}", "en")
        sample.add("customer", "culture", f"the noise number {k}", "en")
    tested = [*SAME, Pair("culture", "culture", EXPECTED), Pair("workload", "training", EXPLORATORY)]
    assert [item.pair for item in aligned(sample, tested, encode, seed=1)] == SAME


def test_nothing_is_encoded_where_nothing_can_be_tested():
    def never(texts, voice):
        raise AssertionError

    assert aligned(MentionSample(), SAME, never, seed=1) == []
    assert aligned(sample_of(CONTENT, {}), SAME, never, seed=1) == []


@pytest.mark.parametrize("vectors", ["equal", "zero"])
def test_texts_that_are_all_the_same_to_the_encoder_are_not_alike(vectors):
    def constant(texts, voice):
        return np.full((len(texts), 4), 0.5 if vectors == "equal" else 0.0)

    for item in aligned(sample_of(CONTENT, CONTENT), SAME, constant, seed=1):
        assert item.similarity == pytest.approx(0, abs=1e-6)
        assert item.p_value > 0.05


def test_mentions_of_other_voices_and_themes_do_not_mix():
    sample = sample_of({"workload": "queue"}, {"training": "course"}, n=3)
    assert list(sample.of("employee")) == ["workload"]
    assert {item.text for item in sample.of("customer")["training"]} == {
        f"the course number {k} of training" for k in range(3)
    }


OFFERED = st.lists(st.sampled_from([f"the queue number {k}" for k in range(12)]), max_size=30)


@given(texts=OFFERED, data=st.data())
@settings(deadline=None)
def test_the_sample_depends_on_what_was_said_and_not_on_its_order(texts, data):
    first, again = MentionSample(kept=5), MentionSample(kept=5)
    for text in texts:
        first.add("employee", "workload", text, "en")
    for text in data.draw(st.permutations(texts)):
        again.add("employee", "workload", text, "en")
    kept = first.of("employee").get("workload", [])
    assert again.of("employee").get("workload", []) == kept
    assert len(kept) == len({item.text for item in kept}) == min(5, len(set(texts)))
    assert {item.text for item in kept} <= set(texts)


def test_one_text_in_two_languages_is_kept_whatever_comes_first():
    samples = []
    for languages in (("en", "nl"), ("nl", "en"), (None, "en"), ("en", None)):
        sample = MentionSample()
        for language in languages:
            sample.add("employee", "workload", "the queue", language)
        samples.append(sample.of("employee"))
    assert samples[0] == samples[1]
    assert samples[2] == samples[3]


def test_equal_texts_are_kept_once_and_long_ones_are_cut():
    sample = MentionSample(kept=4)
    for _ in range(9):
        sample.add("employee", "workload", "the queue", "en")
        sample.add("employee", "workload", "x" * 1000, "nl")
    kept = sample.of("employee")["workload"]
    assert {(item.text, item.language) for item in kept} == {("the queue", "en"), ("x" * LONGEST, "nl")}


def test_the_sample_is_a_fair_draw():
    texts = [f"the queue number {k}" for k in range(2000)]
    sample = MentionSample(kept=200)
    for text in texts:
        sample.add("employee", "workload", text, "en")
    places = [int(item.text.split()[-1]) for item in sample.of("employee")["workload"]]
    assert len(places) == 200
    assert 850 < np.mean(places) < 1150
