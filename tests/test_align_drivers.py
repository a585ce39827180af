import numpy as np
import pytest

from voices.align.drivers import BLOCKS, FEWEST_COMMENTS, FEWEST_MENTIONS, DriverMoments

THEMES = ("workload", "training", "trust", "culture")
SLOPES = (2.0, 1.0, 0.5, 0.0)


def comments(seed, n=4000, slopes=SLOPES, noise=1.0):
    """Draw ids, codes (comments, themes) of -1, 0, 1 and scores that depend on them."""
    rng = np.random.default_rng(seed)
    codes = rng.choice([-1, 0, 1], p=[0.15, 0.75, 0.1], size=(n, len(slopes)))
    scores = 6 + codes @ np.array(slopes) + noise * rng.standard_normal(n)
    return [f"c{k}" for k in range(n)], codes, scores


def moments_of(ids, codes, scores, voice="customer", batch=1000, themes=THEMES):
    moments = DriverMoments()
    for start in range(0, len(ids), batch):
        part = slice(start, start + batch)
        mentions = [(int(k), themes[t], int(codes[part][k, t])) for k, t in np.argwhere(codes[part] != 0)]
        moments.add(voice, ids[part], np.asarray(scores[part], float), mentions)
    return moments


def test_known_weights_are_recovered():
    found = moments_of(*comments(1)).drivers("customer", seed=1)
    assert [driver.theme for driver in found] == list(THEMES)
    spread = comments(1, n=200_000)[1].var()
    explained = sum(slope**2 for slope in SLOPES) * spread
    for driver, slope in zip(found, SLOPES, strict=True):
        weight = slope**2 * spread / explained
        assert driver.weight == pytest.approx(weight, abs=0.03)
        assert driver.low <= weight + 0.01
        assert driver.high >= weight
        assert driver.low <= driver.weight <= driver.high
        assert driver.slope == pytest.approx(-slope, abs=0.1)
        assert driver.r_squared == pytest.approx(explained / (explained + 1), abs=0.03)
        assert driver.voice == "customer"
        assert driver.n_comments == 4000
    codes = comments(1)[1]
    assert [driver.n_mentions for driver in found] == (codes != 0).sum(axis=0).tolist()
    assert sum(driver.weight for driver in found) == pytest.approx(1)


def test_intervals_hold_the_truth_and_shrink_with_more_comments():
    truth = 4 / 5.25
    held, widths = 0, []
    for seed in range(20):
        driver = moments_of(*comments(seed, n=1000), batch=1000).drivers("customer", seed=seed)[0]
        held += driver.low <= truth <= driver.high
        widths.append(driver.high - driver.low)
    assert held >= 17
    many = moments_of(*comments(3, n=16_000), batch=4000).drivers("customer", seed=1)[0]
    assert many.high - many.low < 0.5 * np.mean(widths)


def test_themes_that_come_together_share_their_weight():
    ids, codes, _ = comments(5)
    codes[:, 1] = np.where(np.random.default_rng(1).random(len(codes)) < 0.9, codes[:, 0], codes[:, 1])
    scores = codes[:, 0] + codes[:, 1] + np.random.default_rng(2).standard_normal(len(codes))
    found = {driver.theme: driver for driver in moments_of(ids, codes, scores).drivers("customer", seed=1)}
    assert found["workload"].weight == pytest.approx(0.5, abs=0.04)
    assert found["training"].weight == pytest.approx(0.5, abs=0.04)


def test_order_and_batches_do_not_matter():
    ids, codes, scores = comments(2, n=600)
    mixed = np.random.default_rng(0).permutation(len(ids))
    first = moments_of(ids, codes, scores).drivers("customer", seed=1)
    again = moments_of([ids[k] for k in mixed], codes[mixed], scores[mixed], batch=37).drivers("customer", seed=1)
    for a, b in zip(first, again, strict=True):
        assert (a.theme, a.n_comments, a.n_mentions) == (b.theme, b.n_comments, b.n_mentions)
        for name in ("weight", "low", "high", "slope", "r_squared"):
            assert getattr(a, name) == pytest.approx(getattr(b, name), abs=1e-9)


def test_random_scores_have_no_drivers():
    found = [
        bool(moments_of(*comments(seed, n=400, slopes=(0.0,) * 4)).drivers("customer", seed=1)) for seed in range(60)
    ]
    assert sum(found) <= 8


@pytest.mark.parametrize("value", [7.0, 1e9, float("nan"), float("inf")])
def test_a_score_that_says_nothing_has_no_drivers(value):
    ids, codes, _ = comments(1, n=500)
    assert moments_of(ids, codes, np.full(len(ids), value)).drivers("customer", seed=1) == []


def test_comments_without_a_score_do_not_count():
    ids, codes, scores = comments(4, n=1000)
    some = scores.copy()
    some[::2] = np.nan
    some[2] = np.inf
    with_holes = moments_of(ids, codes, some).drivers("customer", seed=1)
    only = moments_of(ids[1::2], codes[1::2], scores[1::2], batch=1000).drivers("customer", seed=1)
    assert [(a.theme, a.n_mentions) for a in with_holes] == [(b.theme, b.n_mentions) for b in only]
    assert [a.weight for a in with_holes] == pytest.approx([b.weight for b in only])
    assert [a.slope for a in with_holes] == pytest.approx([b.slope for b in only])
    assert with_holes[0].n_comments == 500


def test_too_few_comments_or_mentions_give_no_drivers():
    ids, codes, scores = comments(1, n=FEWEST_COMMENTS)
    few = FEWEST_COMMENTS - 1
    assert moments_of(ids[:few], codes[:few], scores[:few]).drivers("customer", seed=1) == []
    assert moments_of(ids, codes, scores).drivers("customer", seed=1) != []
    assert DriverMoments().drivers("customer", seed=1) == []
    ids, codes, scores = comments(1, n=500)
    codes[FEWEST_MENTIONS - 1 :, 0] = 0
    codes[: FEWEST_MENTIONS - 1, 0] = -1
    found = moments_of(ids, codes, scores).drivers("customer", seed=1)
    assert "workload" not in [driver.theme for driver in found]
    assert moments_of(ids, np.zeros_like(codes), scores).drivers("customer", seed=1) == []


def test_a_theme_in_every_comment_drives_nothing():
    ids, codes, scores = comments(1, n=800)
    codes[:, 3] = -1
    found = {driver.theme: driver for driver in moments_of(ids, codes, scores).drivers("customer", seed=1)}
    assert found["culture"].weight == pytest.approx(0, abs=1e-9)
    assert found["workload"].weight > 0.6
    alone = np.full((800, 1), -1)
    assert moments_of(ids, alone, scores, themes=("culture",)).drivers("customer", seed=1) == []


def test_voices_are_kept_apart():
    ids, codes, scores = comments(1, n=800)
    moments = moments_of(ids, codes, scores, voice="employee")
    moments.add("customer", ids, -scores, [(int(k), "price", int(codes[k, 1])) for k in np.flatnonzero(codes[:, 1])])
    assert [driver.theme for driver in moments.drivers("customer", seed=1)] == ["price"]
    employee = moments.drivers("employee", seed=1)
    assert {driver.theme for driver in employee} == set(THEMES)
    alone = moments_of(ids, codes, scores, voice="employee").drivers("employee", seed=1)
    assert [driver.weight for driver in employee] == pytest.approx([driver.weight for driver in alone])


def test_scores_of_one_person_are_drawn_together():
    ids, codes, scores = comments(1, n=600)
    doubled = moments_of([*ids, *ids], np.vstack([codes, codes]), np.concatenate([scores, scores]))
    once, twice = moments_of(ids, codes, scores).drivers("customer", seed=1)[0], doubled.drivers("customer", seed=1)[0]
    assert twice.n_comments == 1200
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))


def test_memory_does_not_grow_with_comments():
    few, many = moments_of(*comments(1, n=200)), moments_of(*comments(1, n=20_000), batch=5000)
    shapes = [{voice: sums.shape for voice, sums in moments._sums.items()} for moments in (few, many)]
    assert shapes[0] == shapes[1]
    assert shapes[0]["customer"][0] == BLOCKS
    assert shapes[0]["customer"][1] <= 2 * (2 + len(THEMES))
