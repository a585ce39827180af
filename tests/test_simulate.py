import dataclasses
import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from voices.errors import InputError
from voices.periods import period_of
from voices.simulate import (
    DESIGNS,
    Design,
    Lead,
    Link,
    coder_errors,
    comments,
    flat,
    period_names,
    simulate,
    unit_names,
    write,
)
from voices.taxonomy import MAX_MENTIONS, THEMES, themes_of

LARGE = Design(units=400, comments=2000.0, unbalance=0.2, seed=3)


def arrays(drawn):
    return [array for side in (drawn.panel.employee, drawn.panel.customer) for array in (side.comments, side.negative)]


def shares(side):
    return side.negative.sum(axis=(0, 1)) / side.comments.sum()


def over_units(side):
    return side.negative.sum(axis=1) / side.comments.sum(axis=1, keepdims=True)


def correlation(x, y):
    return float(np.corrcoef(np.ravel(x), np.ravel(y))[0, 1])


def column(side, theme):
    return side.themes.index(theme)


def lagged(x, y, lag):
    """Correlate x with y of ``lag`` periods later, within units."""
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    last = x.shape[1]
    return correlation(x[:, max(0, -lag) : last - max(0, lag)], y[:, max(0, lag) : last - max(0, -lag)])


def test_same_seed_same_panel_and_another_seed_another():
    design = DESIGNS["links_several"]
    first, again, other = simulate(design), simulate(design), simulate(dataclasses.replace(design, seed=1))
    assert all((a == b).all() for a, b in zip(arrays(first), arrays(again), strict=True))
    assert not any(a.shape == b.shape and (a == b).all() for a, b in zip(arrays(first), arrays(other), strict=True))


def test_adding_a_link_moves_only_its_customer_theme():
    null, linked = simulate(Design()), simulate(Design(links=(Link("workload", "engagement", 0.8),)))
    assert (null.panel.employee.negative == linked.panel.employee.negative).all()
    moved = (null.customer.constant != linked.customer.constant).any(axis=0)
    assert [theme for theme, differs in zip(null.panel.customer.themes, moved, strict=True) if differs] == [
        "engagement"
    ]


@pytest.mark.parametrize("name", DESIGNS)
def test_counts_hold_together(name):
    drawn = simulate(DESIGNS[name])
    panel, design = drawn.panel, drawn.design
    assert panel.n_units <= design.units
    assert panel.periods == period_names(design)
    for side, latent in ((panel.employee, drawn.employee), (panel.customer, drawn.customer)):
        assert side.comments.shape == (panel.n_units, design.periods + 1)
        assert side.negative.shape == (*side.comments.shape, len(side.themes))
        assert (side.negative <= side.comments[:, :, None]).all()
        assert not side.comments[:, -1].any()
        assert (side.comments.sum(axis=1) >= 3).all()
        assert latent.shares.shape == side.negative[:, :-1].shape
    assert 0.5 < panel.employee.comments.sum() / (design.units * design.comments) < 1.8


def test_shares_are_near_their_base_where_nothing_spreads_them():
    drawn = simulate(dataclasses.replace(LARGE, spread=0.0, shares=(0.03, 0.12)))
    for side, latent in ((drawn.panel.employee, drawn.employee), (drawn.panel.customer, drawn.customer)):
        base = latent.shares[0, 0]
        assert (latent.shares == base).all()
        assert (base > 0.03).all()
        assert (base < 0.12).all()
        assert shares(side) == pytest.approx(base, rel=0.02)


def test_a_static_link_is_in_the_scores_and_in_the_counts():
    drawn = simulate(dataclasses.replace(LARGE, links=(Link("workload", "engagement", 0.8),)))
    panel, a, b = drawn.panel, column(drawn.panel.employee, "workload"), column(drawn.panel.customer, "engagement")
    assert correlation(drawn.employee.constant[:, a], drawn.customer.constant[:, b]) == pytest.approx(0.8, abs=0.06)
    seen = over_units(panel.employee)[:, a], over_units(panel.customer)[:, b]
    assert correlation(*seen) == pytest.approx(0.75, abs=0.1)
    other = column(panel.customer, "workload")
    assert abs(correlation(seen[0], over_units(panel.customer)[:, other])) < 0.15
    assert drawn.truth.is_linked("workload", "engagement")
    assert not drawn.truth.is_linked("engagement", "workload")


@pytest.mark.parametrize("lag", [-2, -1, 1, 3])
def test_a_lead_peaks_at_its_lag_in_its_direction(lag):
    design = dataclasses.replace(LARGE, moving=0.8, leads=(Lead("process", "process", 0.7, lag),))
    drawn = simulate(design)
    x = drawn.employee.moving[:, :, column(drawn.panel.employee, "process")]
    y = drawn.customer.moving[:, :, column(drawn.panel.customer, "process")]
    found = {k: correlation(*_aligned(x, y, k)) for k in range(-4, 5)}
    assert max(found, key=found.get) == lag
    assert found[lag] == pytest.approx(0.7, abs=0.04)
    assert found[lag - 1] == pytest.approx(0.7 * design.persistence, abs=0.05)
    counts = [side.negative[:, :-1, column(side, "process")] for side in (drawn.panel.employee, drawn.panel.customer)]
    comments_of = [side.comments[:, :-1] for side in (drawn.panel.employee, drawn.panel.customer)]
    rates = [n / np.maximum(1, of) for n, of in zip(counts, comments_of, strict=True)]
    seen = {k: lagged(*rates, k) for k in range(-4, 5)}
    assert max(seen, key=seen.get) == lag
    assert drawn.truth.lead("process", "process").lag == lag


def _aligned(x, y, lag):
    last = x.shape[1]
    return x[:, max(0, -lag) : last - max(0, lag)], y[:, max(0, lag) : last - max(0, -lag)]


def test_movement_persists_as_asked():
    drawn = simulate(dataclasses.replace(LARGE, moving=1.0, persistence=0.85))
    moving = drawn.employee.moving
    assert correlation(moving[:, :-1], moving[:, 1:]) == pytest.approx(0.85, abs=0.02)
    assert moving.std() == pytest.approx(1.0, abs=0.03)


def test_nothing_is_true_of_null_and_confounded_designs():
    for name in (
        "null",
        "season",
        "season_sensitive",
        "size",
        "mood",
        "shock",
        "drift",
        "persistent",
        "small",
        "noise",
    ):
        truth = simulate(DESIGNS[name]).truth
        assert truth.links == truth.leads == ()
    assert simulate(Design(links=(Link("workload", "workload", 0.0),))).truth.links == ()


@pytest.mark.parametrize(
    ("confounder", "least"), [({"mood": 0.8}, 0.3), ({"size": 0.8}, 0.3), ({}, None), ({"season": 0.8}, None)]
)
def test_confounders_of_units_make_unrelated_themes_go_together(confounder, least):
    panel = simulate(dataclasses.replace(LARGE, **confounder)).panel
    found = correlation(
        over_units(panel.employee)[:, column(panel.employee, "trust")],
        over_units(panel.customer)[:, column(panel.customer, "product")],
    )
    assert found > least if least else abs(found) < 0.15


def test_season_hits_all_units_and_shocks_only_some():
    season = simulate(dataclasses.replace(LARGE, season=1.0)).employee.offset
    assert np.ptp(season, axis=0).max() < 1e-9 < season.std(axis=1).min()
    uneven = simulate(dataclasses.replace(LARGE, season=1.0, sensitivity=0.5)).employee.offset
    assert np.ptp(uneven, axis=0).max() > 1
    shock = simulate(dataclasses.replace(LARGE, shock=0.5))
    assert np.allclose(*(np.diff(side.offset, axis=1)[:, :, 0] for side in (shock.employee, shock.customer)))


def test_a_classifier_that_errs_moves_the_shares_as_its_card_says():
    design = dataclasses.replace(LARGE, spread=0.0)
    clean, noisy = simulate(design).panel, simulate(dataclasses.replace(design, noise="voices-small")).panel
    for before, after in ((clean.employee, noisy.employee), (clean.customer, noisy.customer)):
        sensitivity, specificity = coder_errors("voices-small", before.themes)
        expected = shares(before) * sensitivity + (1 - shares(before)) * (1 - specificity)
        assert shares(after) == pytest.approx(expected, rel=0.03)
        assert np.abs(shares(after) - shares(before)).max() > 0.02


def test_errors_come_from_the_card(tmp_path):
    counts = {"true_positive": 30, "false_negative": 10, "false_positive": 5, "true_negative": 95}
    card = {"format": 2, "name": "x", "version": "1", "files": {}, "confusion_negative": dict.fromkeys(THEMES, counts)}
    (tmp_path / "analyst.json").write_text(json.dumps(card), encoding="utf8")
    sensitivity, specificity = coder_errors(str(tmp_path), themes_of("employee"))
    assert set(sensitivity) == {0.75}
    assert set(specificity) == {0.95}
    with pytest.raises(InputError):
        coder_errors("no-such-model", themes_of("employee"))


@pytest.mark.parametrize("design", [DESIGNS["small"], Design(units=6, periods=3, comments=40.0, shares=(0.2, 0.5))])
def test_rows_add_up_to_the_panel(design):
    panel = simulate(design).panel
    n, negative, positive, ids = Counter(), Counter(), 0, set()
    for row in comments(design):
        cell = row["voice"], row["unit"], row["date"][:7]
        n[cell] += 1
        ids.add(row["id"])
        assert len({mention["theme"] for mention in row["themes"]}) == len(row["themes"])
        for mention in row["themes"]:
            assert mention["theme"] in themes_of(row["voice"])
            negative[(*cell, mention["theme"])] += mention["polarity"] == "negative"
            positive += mention["polarity"] == "positive"
    assert len(ids) == sum(n.values())
    assert positive > 0
    for voice, side in (("employee", panel.employee), ("customer", panel.customer)):
        for u, unit in enumerate(panel.units):
            for p, month in enumerate(panel.periods):
                assert n[voice, unit, month] == side.comments[u, p]
                for k, theme in enumerate(side.themes):
                    assert negative[voice, unit, month, theme] == side.negative[u, p, k]


def test_comments_look_like_coded_ones():
    rows = list(comments(DESIGNS["small"]))
    assert max(len(row["themes"]) for row in rows) <= MAX_MENTIONS
    assert {row["sentiment"] for row in rows} == {"positive", "negative", "neutral", "mixed"}
    assert {row["voice"] for row in rows} == {"employee", "customer"}
    assert "text" not in rows[0]


def test_written_files_hold_the_same_comments(tmp_path):
    import pyarrow.parquet as pq

    design = dataclasses.replace(DESIGNS["small"], units=8)
    rows = list(comments(design))
    assert write(design, tmp_path / "coded.jsonl") == len(rows)
    assert write(design, tmp_path / "coded.parquet") == len(rows)
    lines = (tmp_path / "coded.jsonl").read_text(encoding="utf8").splitlines()
    assert [json.loads(line) for line in lines] == rows
    table = pq.read_table(tmp_path / "coded.parquet").to_pylist()
    assert table == [flat(row) for row in rows]
    assert any(";" in row["themes"] and ":negative" in row["themes"] for row in table)


def test_names_sort_as_units_and_months_do():
    import datetime as dt

    design = Design(units=120, periods=30)
    assert list(unit_names(design)) == sorted(unit_names(design))
    months = period_names(design)
    assert all(a < b for a, b in pairwise(months))
    assert months[13] == period_of(dt.date(2024, 2, 1), "month")
