"""The heads themselves: where they start, how far they move, and what they are calibrated to."""

import numpy as np
import pytest

from voices import heads
from voices.errors import ModelError
from voices.fit_heads import (
    Codes,
    Recipe,
    calibrated,
    cross_fitted,
    fit,
    folds_of,
    theme_curve,
    theme_thresholds,
)
from voices.heads import Heads, Logits, softmax

DESCRIPTION = {
    "curve": [[-8, 0.001], [-1, 0.1], [0, 0.4], [2, 0.9], [8, 0.999]],
    "temperature": {"polarity": 2.0, "sentiment": 1.5, "emotion": 1.0},
    "thresholds": {"a": 0.3, "b": 0.5, "c": 0.4},
}
KNOWN = np.array([0, 1, 2, -1])


def made_up(n, *, seed=1, width=5):
    rng = np.random.default_rng(seed)
    return Logits(
        rng.normal(size=(n, 3)), rng.normal(size=(n, 3, 3)), rng.normal(size=(n, 4)), rng.normal(size=(n, 6)),
        rng.normal(size=(n, width)),
    )  # fmt: skip


def codes_of(base):
    """The user means something else by the first theme, and has a fourth one, which is always negative."""
    present = np.hstack([base.themes > 0, base.vector[:, :1] > 0.5])
    present[:, 0] = base.vector[:, 1] > 0
    n = len(present)
    return Codes(present, np.where(present, 1, -1), base.sentiment.argmax(axis=1), np.full(n, -1))


def fitted(base, codes=None, **options):
    return fit(base, codes or codes_of(base), known=KNOWN, description=DESCRIPTION, **options)


def test_heads_without_weights_are_the_calibrated_base():
    base = made_up(6)
    none = [np.zeros(shape) for shape in ((13, 4), (8, 3), (13, 4), (13, 6), (5, 1))]
    same = Heads(KNOWN, np.array(DESCRIPTION["curve"]), np.array([2, 1.5, 1]), np.zeros(12), np.ones(12), *none)(base)
    plain = base.chances(DESCRIPTION)
    assert 1 / (1 + np.exp(-same.themes[:, :3])) == pytest.approx(plain.themes)
    assert softmax(same.polarity[:, :3]) == pytest.approx(plain.polarity)
    assert softmax(same.sentiment) == pytest.approx(plain.sentiment)
    assert softmax(same.emotion) == pytest.approx(plain.emotion)
    assert (same.themes[:, 3] == 0).all()
    felt = np.stack([plain.sentiment[:, 0], plain.sentiment[:, 1], plain.sentiment[:, 2:].sum(axis=1)], axis=1)
    assert softmax(same.polarity[:, 3]) == pytest.approx(felt)


def test_few_codes_move_little_and_many_move_much():
    test, moved = made_up(500, seed=2), {}
    for n in (20, 3000):
        found = fitted(made_up(n))
        moved[n] = np.abs(found(test).themes - found.start(test).themes)[:, 0].mean()
    assert moved[20] < moved[3000] / 3
    themes = found(test).themes
    assert ((themes[:, 0] > 0) == (test.vector[:, 1] > 0)).mean() > 0.85
    assert ((themes[:, 3] > 0) == (test.vector[:, 0] > 0.5)).mean() > 0.85
    assert (found(test).polarity.argmax(axis=-1) == 1).mean() > 0.7


def test_what_was_not_coded_stays_that_of_the_base():
    base = made_up(200)
    found = fitted(base)
    assert (found.emotion == 0).all()
    assert np.array_equal(found(base).emotion, base.emotion)


def test_a_vector_weighs_as_much_whatever_its_width():
    narrow, wide = made_up(400), made_up(400, width=80)
    wide.vector[:, :] = np.repeat(narrow.vector, 16, axis=1)
    codes = codes_of(narrow)
    assert fitted(wide, codes)(wide).themes == pytest.approx(fitted(narrow)(narrow).themes, abs=0.02)


def test_tokens_that_point_to_a_new_theme_carry_it():
    base = made_up(800)
    found = fitted(base)
    states = np.zeros((2, 3, 5))
    states[0, 1, 0] = states[1, 2, 0] = 1.0  # the direction of the new theme
    weight = np.arange(18.0).reshape(2, 3, 3)
    result = found.token_weights(weight, states)
    assert result.shape == (2, 4, 3)
    assert np.array_equal(result[:, :3], weight)
    assert list(result[:, 3].argmax(axis=1)) == [1, 2]
    assert (result[:, 3] >= 0).all()


def test_evidence_comes_from_the_base_where_heads_read_another_encoder():
    base, other = made_up(300), made_up(300, seed=5, width=9)
    mixed = Logits(base.themes, base.polarity, base.sentiment, base.emotion, other.vector)
    found = fitted(mixed, codes_of(base), embedding=base.vector)
    assert found.themes.shape == (9 + 3 + 4 + 1, 4)
    assert found.pull == pytest.approx(fitted(base).pull)


def test_heads_come_back_from_disk(tmp_path):
    base = made_up(40)
    found = fitted(base)
    heads.save(found, tmp_path / "heads.npz")
    back = heads.read(tmp_path / "heads.npz")
    assert back(base).themes == pytest.approx(found(base).themes, abs=1e-4)
    assert np.array_equal(back.known, KNOWN)
    (tmp_path / "heads.npz").write_bytes(b"no arrays")
    with pytest.raises(ModelError, match="voices train"):
        heads.read(tmp_path / "heads.npz")


def test_each_comment_is_judged_by_heads_that_did_not_see_it():
    base = made_up(100)
    codes, fold = codes_of(base), folds_of([str(n) for n in range(100)], seed=1)
    recipe, held = cross_fitted(base, codes, fold, known=KNOWN, description=DESCRIPTION)
    for here in range(5):
        alone = fitted(base[fold != here], codes[fold != here], recipe=recipe)(base[fold == here])
        assert held.themes[fold == here] == pytest.approx(alone.themes)
        assert held.sentiment[fold == here] == pytest.approx(alone.sentiment)


def test_how_far_heads_move_depends_on_how_people_code():
    base = made_up(400)
    fold = folds_of([str(n) for n in range(400)], seed=1)
    codes = codes_of(base)
    moved, _ = cross_fitted(base, codes, fold, known=KNOWN, description=DESCRIPTION)
    chance = np.interp(base.themes, *np.array(DESCRIPTION["curve"]).T)
    alike = np.hstack([np.random.default_rng(3).random((400, 3)) < chance, codes.themes[:, 3:]])
    stays, _ = cross_fitted(base, Codes(alike, codes.polarity, codes.sentiment, codes.emotion), fold, known=KNOWN,
                            description=DESCRIPTION)  # fmt: skip
    assert (moved.known, stays.known) == (30, 1000)
    new, _ = cross_fitted(base, codes_of(base), fold, known=np.full(4, -1), description=DESCRIPTION)
    assert new == Recipe()


def test_a_group_is_in_one_fold():
    groups = [f"g{n % 20}" for n in range(100)]
    folds = folds_of(groups, seed=20)
    assert set(folds) == {0, 1, 2, 3, 4}
    assert all(len(set(folds[n::20])) == 1 for n in range(20))
    assert np.array_equal(folds, folds_of(groups, seed=20))
    assert not np.array_equal(folds, folds_of(groups, seed=21))


def test_the_curve_follows_many_comments_and_is_logistic_with_few():
    rng = np.random.default_rng(1)
    logits = rng.normal(scale=3, size=(20_000, 1))
    too_sure = rng.random((20_000, 1)) < 1 / (1 + np.exp(-logits / 2))
    x, y = np.array(theme_curve(logits, too_sure)).T
    assert (np.diff(y) > 0).all()
    assert np.interp(2, x, y) == pytest.approx(1 / (1 + np.exp(-1)), abs=0.03)
    few = np.array(theme_curve(logits[:5], too_sure[:5])).T
    assert np.interp([-2.25, 0.25, 2.25], *few) == pytest.approx(1 / (1 + np.exp([2.25, -0.25, -2.25])), abs=0.06)


def test_thresholds_begin_at_those_of_the_base():
    rng = np.random.default_rng(2)
    chance = rng.random((400, 2))
    present = chance > 0.6
    tuned = theme_thresholds(chance, present, ["a", "new"], begin={"a": 0.2}, prior=100)
    n = present[:, 0].sum()
    assert tuned["a"] == pytest.approx((0.6 * n + 0.2 * 100) / (n + 100), abs=0.02)
    assert tuned["new"] == pytest.approx(0.6, abs=0.02)
    nothing = theme_thresholds(chance, np.zeros((400, 2), bool), ["a", "new"], begin={"a": 0.2}, prior=100)
    assert nothing["a"] == 0.2


def test_settings_come_from_held_out_comments():
    base = made_up(300)
    codes = codes_of(base)
    _, held = cross_fitted(base, codes, np.arange(300) % 5, known=KNOWN, description=DESCRIPTION)
    settings = calibrated(held, codes, ["a", "b", "c", "d"], description=DESCRIPTION)
    assert set(settings["thresholds"]) == {"a", "b", "c", "d"}
    assert settings["temperature"]["emotion"] == 1.0
    assert settings["temperature"]["sentiment"] < 1  # the sentiment is never wrong: it may be surer
    near = fitted(base, recipe=Recipe(known=1e6, new=1e6, polarity=1e6, classes=1e6, bias=1e6, new_bias=1e6))
    assert near(base).themes == pytest.approx(near.start(base).themes, abs=0.01)
