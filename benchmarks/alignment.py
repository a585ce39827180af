"""False discoveries, power, lags, directions and intervals of alignment on panels with known root causes.

``python benchmarks/alignment.py --panels 200 [--design NAME ...] [--layer linked leading] [--jobs 2] [--json OUT]``
draws panels of each design of :data:`voices.simulate.DESIGNS`, seeds 0, 1, 2 and so on, and prints one table a
layer. The same arguments give the same figures on every machine, but for the seconds (of one core, a panel).

Compared with, on the same panels:

*raw*: what a spreadsheet finds. Pearson correlation of the raw shares of units, p < .05, positive, no correction.
For leads: of the raw shares of units and periods, at any of the lags tested.

*cosine*: the cosine of the two vectors of unit shares is above .8. (It has no notion of time: links only.)

*oracle*: the best test that knows the truth but for the link itself. It knows base shares, season, size, mood,
shocks, drift, all variances, the coder's errors, and for a lead its lag, direction and the constant part of each
unit; it sees the same counts. Its statistic is the score of r at r = 0, which no test beats near zero (Cox and
Hinkley 1974, 4.8; counts are taken as normal near the most likely shares). Its p-values go through the same
Benjamini-Hochberg families, q < .05. No method that must learn the confounders from the counts can reach it
wholly.

A discovery is false when its pair has no cause in the design. For links, a pair with a lead counts as true (unit
means over few periods follow each other as the periods do), but not in power. For leads, a reversed lead is false.
The false discovery rate is the mean over panels of false discoveries / max(1, discoveries); its standard error,
beside each rate, comes from the spread over panels.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from voices.align.leading import FEWEST_PERIODS, Lead, leading, longest_lag
from voices.align.linked import FEWEST_UNITS, Link, linked
from voices.align.panel import Side
from voices.align.paths import EXPECTED, EXPLORATORY, Pair, family_q_values, pairs
from voices.simulate import DESIGNS, Design, Latent, Simulated, simulate

ALPHA, SMALLEST = 0.05, 0.1
COSINE = 0.8
ROUNDS = 4
"""Rounds in which the oracle's linear observations settle."""


def is_linked(link: Link) -> bool:
    """Tell whether a link is a discovery."""
    return link.q_value < ALPHA and link.effect >= SMALLEST


def is_leading(lead: Lead) -> bool:
    """Tell whether a lead is a discovery."""
    return lead.q_value < ALPHA and lead.is_peak and lead.direction_p_value < ALPHA and lead.effect >= SMALLEST


def is_reversed(lead: Lead) -> bool:
    """Tell whether a lead would be read as one of customers over employees."""
    strong = lead.reverse_q_value < ALPHA and lead.reverse_effect >= SMALLEST
    return strong and not lead.is_peak and lead.reverse_effect > lead.effect


# ---------------------------------------------------------------------------------------------- oracle


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What the oracle makes of one voice.

    Attributes
    ----------
    seen : ndarray, shape (units, themes, periods)
        The unknown part of each cell's logit plus an error.
    cover : ndarray, shape (units, themes, periods, periods)
        Covariance of ``seen``.
    """

    seen: np.ndarray
    cover: np.ndarray


def evidence(side: Side, latent: Latent, known: np.ndarray, prior: np.ndarray) -> Evidence:
    """Turn counts into linear observations of what is not known yet, exact near its most likely value.

    Iterated weighted least squares, which ends at the mode of a normal prior and binomial counts (Breslow
    and Clayton 1993, JASA 88). Modes of sparse counts are off by much the same everywhere; the mean of each
    theme goes.

    Parameters
    ----------
    side : Side
    latent : Latent
    known : ndarray, shape (units, periods, themes)
        Known part of the logit.
    prior : ndarray, shape (periods, periods)
        Covariance of the unknown part.
    """
    n = side.comments[:, :-1, None].astype(float)
    rate = np.divide(side.negative[:, :-1], n, out=np.zeros(known.shape), where=n > 0)
    guess = np.zeros_like(known)
    for _ in range(ROUNDS):
        share = 1 / (1 + np.exp(-(known + guess)))
        found = latent.coded(share)
        slope = (latent.sensitivity + latent.specificity - 1) * share * (1 - share)
        left = np.where(n > 0, rate - found, 0.0) / slope
        variance = np.minimum(found * (1 - found) / slope**2 / np.maximum(n, 1e-9), 1e9)
        seen = (guess + left).transpose(0, 2, 1)
        cover = prior + variance.transpose(0, 2, 1)[..., None] * np.eye(len(prior))
        weighted = np.linalg.solve(cover, seen[..., None])[..., 0]
        guess = (weighted @ prior).transpose(0, 2, 1)
    both = np.linalg.solve(cover, np.stack([seen, np.ones_like(seen)], axis=-1)).sum(axis=(0, 2))
    return Evidence(seen - (both[:, 0] / both[:, 1])[:, None], cover)


def autocorrelation(rows: np.ndarray, columns: np.ndarray, design: Design) -> np.ndarray:
    """Give the covariance of what moves, at times ``rows`` and ``columns``."""
    return np.asarray(design.moving**2 * design.persistence ** np.abs(rows[:, None] - columns[None, :]))


def oracle_links(drawn: Simulated, tested: Sequence[Pair]) -> np.ndarray:
    """Give p-values of the score test for each pair: whether best guesses of both sides go together."""
    design, times = drawn.design, np.arange(drawn.design.periods)
    prior = design.spread**2 + autocorrelation(times, times, design)
    guess, variance = [], []
    for side, latent in _sides(drawn):
        found = evidence(side, latent, latent.offset, prior)
        both = np.stack([found.seen, np.ones_like(found.seen)], axis=-1)
        sums = design.spread * np.linalg.solve(found.cover, both).sum(axis=2)  # (units, themes, 2)
        guess.append(sums[..., 0])
        variance.append(design.spread * sums[..., 1])
    p = []
    for a, b in _columns(drawn, tested):
        x, y = guess[0][:, a], guess[1][:, b]
        p.append(stats.norm.sf((x * y).sum() / np.sqrt((x**2 * variance[1][:, b]).sum())))
    return np.array(p)


def oracle_leads(drawn: Simulated, tested: Sequence[Pair]) -> np.ndarray:
    """Give p-values of the score test for each pair at its true lag; null pairs are tested at lag 1.

    Given the employees' movement as the counts show it, best guess x, the customers' counts are a
    generalised least-squares regression on x of earlier periods.
    """
    design, times = drawn.design, np.arange(drawn.design.periods)
    if not design.moving:
        return np.ones(len(tested))
    employee, customer = (
        evidence(
            side,
            latent,
            latent.offset + design.spread * latent.constant[:, None, :],
            autocorrelation(times, times, design),
        )
        for side, latent in _sides(drawn)
    )
    weighted = np.linalg.solve(employee.cover, employee.seen[..., None])[..., 0]
    p = []
    for pair, (a, b) in zip(tested, _columns(drawn, tested), strict=True):
        lead = drawn.truth.lead(pair.employee, pair.customer)
        lag = lead.lag if lead and lead.lag > 0 else 1
        x = weighted[:, a] @ autocorrelation(times, times - lag, design)
        both = np.linalg.solve(customer.cover[:, b], np.stack([customer.seen[:, b], x], axis=-1))
        p.append(stats.norm.sf((x * both[..., 0]).sum() / np.sqrt((x * both[..., 1]).sum())))
    return np.array(p)


def _sides(drawn: Simulated) -> tuple[tuple[Side, Latent], tuple[Side, Latent]]:
    return (drawn.panel.employee, drawn.employee), (drawn.panel.customer, drawn.customer)


def _columns(drawn: Simulated, tested: Sequence[Pair]) -> list[tuple[int, int]]:
    """Give for each pair the positions of its themes on both sides."""
    mine, theirs = drawn.panel.employee.themes, drawn.panel.customer.themes
    return [(mine.index(pair.employee), theirs.index(pair.customer)) for pair in tested]


# ------------------------------------------------------------------------------------------- baselines


def raw_links(drawn: Simulated, tested: Sequence[Pair]) -> np.ndarray:
    """Tell for each pair whether the raw shares of units correlate with p < .05."""
    x, y = (side.unit_totals()[1] / side.unit_totals()[0][:, None] for side, _ in _sides(drawn))
    return _correlated(drawn, x, y, tested)


def raw_leads(drawn: Simulated, tested: Sequence[Pair]) -> np.ndarray:
    """Tell for each pair whether raw shares of units and periods correlate with p < .05 at any lag tested."""
    shares = []
    for side, _ in _sides(drawn):
        n = side.comments[:, :-1, None]
        shares.append(
            np.divide(side.negative[:, :-1], n, out=np.full(side.negative[:, :-1].shape, np.nan), where=n > 0)
        )
    found = np.zeros(len(tested), bool)
    for lag in range(1, longest_lag(drawn.design.periods) + 1):
        x = shares[0][:, :-lag].reshape(-1, shares[0].shape[2])
        y = shares[1][:, lag:].reshape(-1, shares[1].shape[2])
        both = ~(np.isnan(x[:, 0]) | np.isnan(y[:, 0]))
        found |= _correlated(drawn, x[both], y[both], tested)
    return found


def _correlated(drawn: Simulated, x: np.ndarray, y: np.ndarray, tested: Sequence[Pair]) -> np.ndarray:
    n = len(x)
    r = np.corrcoef(x.T, y.T)[: x.shape[1], x.shape[1] :]
    t = r * np.sqrt((n - 2) / np.maximum(1 - r**2, 1e-12))
    significant = (2 * stats.t.sf(np.abs(t), n - 2) < ALPHA) & (r > 0)
    return np.array([significant[a, b] for a, b in _columns(drawn, tested)])


def cosine_links(drawn: Simulated, tested: Sequence[Pair]) -> np.ndarray:
    """Tell for each pair whether the cosine of the unit shares is above the cut."""
    x, y = (side.unit_totals()[1] / side.unit_totals()[0][:, None] for side, _ in _sides(drawn))
    cosine = (x.T @ y) / np.outer(np.linalg.norm(x, axis=0), np.linalg.norm(y, axis=0)).clip(1e-12)
    return np.array([cosine[a, b] > COSINE for a, b in _columns(drawn, tested)])


# ----------------------------------------------------------------------------------------- one panel


def false_rate(found: np.ndarray, true: np.ndarray, family: np.ndarray) -> float:
    """Give the part of a family's discoveries that is false; 0 where there are none."""
    return float((found & ~true & family).sum() / max(1, (found & family).sum()))


def measure(task: tuple[str, int, tuple[str, ...]]) -> dict[str, Any]:
    """Draw one panel and give what each method found in it, as numbers to average."""
    name, seed, layers = task
    drawn = simulate(dataclasses.replace(DESIGNS[name], seed=seed))
    panel = drawn.panel
    tested = pairs(panel.employee.themes, panel.customer.themes)
    result: dict[str, Any] = {}
    if "linked" in layers and panel.n_units >= FEWEST_UNITS:
        result["linked"] = _measure_links(drawn, tested, seed)
    if "leading" in layers and panel.n_units >= FEWEST_UNITS and len(panel.periods) >= FEWEST_PERIODS:
        result["leading"] = _measure_leads(drawn, tested, seed)
    return result


def _measure_links(drawn: Simulated, tested: Sequence[Pair], seed: int) -> dict[str, Any]:
    began = time.process_time()
    links = {link.pair: link for link in linked(drawn.panel, tested, seed=seed)}
    seconds = time.process_time() - began
    true = np.array([drawn.truth.is_linked(p.employee, p.customer) for p in tested])
    known = {(x.employee, x.customer): x.r for x in drawn.truth.links}
    target = np.array([(p.employee, p.customer) in known for p in tested])
    found = {
        "own": np.array([p in links and is_linked(links[p]) for p in tested]),
        "oracle": family_q_values(tested, list(oracle_links(drawn, tested))) < ALPHA,
        "raw": raw_links(drawn, tested),
        "cosine": cosine_links(drawn, tested),
    }
    covered = [_holds(links[p], known[p.employee, p.customer]) for p, t in zip(tested, target, strict=True) if t]
    zero = [
        _holds(links[p], 0.0)
        for p, t in zip(tested, true, strict=True)
        if not t and p.family == EXPECTED and p in links
    ]
    errors = [links[p].effect - known[p.employee, p.customer] for p, t in zip(tested, target, strict=True) if t]
    return {
        **_rates(found, true, target, tested),
        "seconds": seconds,
        "covered": covered,
        "zero": zero,
        "errors": errors,
    }


def _measure_leads(drawn: Simulated, tested: Sequence[Pair], seed: int) -> dict[str, Any]:
    began = time.process_time()
    leads = {lead.pair: lead for lead in leading(drawn.panel, tested, seed=seed)}
    seconds = time.process_time() - began
    causes = [drawn.truth.lead(p.employee, p.customer) for p in tested]
    true = np.array([cause is not None and cause.lag > 0 for cause in causes])
    found = {
        "own": np.array([p in leads and is_leading(leads[p]) for p in tested]),
        "oracle": family_q_values(tested, list(oracle_leads(drawn, tested))) < ALPHA,
        "raw": raw_leads(drawn, tested),
    }
    lags, directions, covered, errors = [], [], [], []
    for pair, cause in zip(tested, causes, strict=True):
        if cause is None or pair not in leads:
            continue
        lead = leads[pair]
        told = 1 if is_leading(lead) else -1 if is_reversed(lead) else 0
        if told:
            directions.append(told == np.sign(cause.lag))
        if told == 1 and cause.lag > 0:
            lags.append(lead.lag == cause.lag)
        if lead.lag == cause.lag:
            covered.append(lead.low <= cause.r <= lead.high)
            errors.append(lead.effect - cause.r)
    return {
        **_rates(found, true, true, tested),
        "seconds": seconds, "lags": lags, "directions": directions, "covered": covered, "errors": errors,
        "zero": [
            lead.low <= 0 <= lead.high
            for pair, lead in leads.items()
            if pair.family == EXPECTED and drawn.truth.lead(pair.employee, pair.customer) is None
        ],
    }  # fmt: skip


def _holds(link: Link, r: float) -> bool:
    return link.low <= r <= link.high


def _rates(
    found: dict[str, np.ndarray], true: np.ndarray, target: np.ndarray, tested: Sequence[Pair]
) -> dict[str, Any]:
    families = {family: np.array([p.family == family for p in tested]) for family in (EXPECTED, EXPLORATORY)}
    return {
        "fdr": {
            family: {name: false_rate(of, true, members) for name, of in found.items()}
            for family, members in families.items()
        },
        "power": {name: [bool(hit) for hit in of[target]] for name, of in found.items()},
    }


# ------------------------------------------------------------------------------------------- summary


def mean_and_error(panels: Sequence[Sequence[float]]) -> tuple[float, float, int]:
    """Give mean, standard error and number of values that come in clusters, one a panel.

    The ratio estimator of a mean of clusters of unequal size (Cochran 1977, 6.4): what is found in one
    panel hangs together.
    """
    totals, sizes = np.array([sum(p) for p in panels], float), np.array([len(p) for p in panels], float)
    n, clusters = int(sizes.sum()), int((sizes > 0).sum())
    if not n:
        return float("nan"), float("nan"), 0
    mean = float(totals.sum() / n)
    left = ((totals - mean * sizes) ** 2).sum() * clusters / max(1, clusters - 1)
    return mean, float(np.sqrt(left) / n), n


def summary(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Average the panels of one design and layer."""
    row: dict[str, Any] = {"panels": len(results)}
    for family in (EXPECTED, EXPLORATORY):
        for name in results[0]["fdr"][family]:
            row[f"fdr_{family}_{name}"] = mean_and_error([[r["fdr"][family][name]] for r in results])
    for name in results[0]["power"]:
        row[f"power_{name}"] = mean_and_error([r["power"][name] for r in results])
    for name in ("covered", "zero", "errors", "lags", "directions"):
        row[name] = mean_and_error([r.get(name, []) for r in results])
    row["seconds"] = mean_and_error([[r["seconds"]] for r in results])
    own, oracle = row["power_own"][0], row["power_oracle"][0]
    row["ratio"] = own / oracle if row["power_own"][2] and oracle > 0 else float("nan")
    return row


Column = tuple[str, Callable[[dict[str, Any]], str]]


def _pm(key: str, digits: int = 3) -> Callable[[dict[str, Any]], str]:
    def show(row: dict[str, Any]) -> str:
        if key not in row or not row[key][2]:
            return "-"
        mean, error, _ = row[key]
        return f"{mean:.{digits}f}±{error:.{digits}f}"

    return show


def _number(key: str, digits: int) -> Callable[[dict[str, Any]], str]:
    def show(row: dict[str, Any]) -> str:
        value = row[key][0] if isinstance(row[key], tuple) else row[key]
        return "-" if np.isnan(value) else f"{value:.{digits}f}"

    return show


COLUMNS: tuple[Column, ...] = (
    ("FDR", _pm("fdr_expected_own")), ("FDR expl.", _pm("fdr_exploratory_own")),
    ("power", _pm("power_own", 2)), ("oracle", _pm("power_oracle", 2)), ("ratio", _number("ratio", 2)),
    ("cover r", _pm("covered")), ("cover 0", _pm("zero")), ("bias", _pm("errors")),
    ("lag", _pm("lags", 2)), ("direction", _pm("directions", 2)),
    ("FDR oracle", _pm("fdr_expected_oracle")),
    ("FDR raw", _pm("fdr_expected_raw", 2)), ("expl. raw", _pm("fdr_exploratory_raw", 2)),
    ("power raw", _pm("power_raw", 2)),
    ("FDR cosine", _pm("fdr_expected_cosine", 2)), ("power cosine", _pm("power_cosine", 2)),
    ("s", _number("seconds", 2)),
)  # fmt: skip


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Lay the designs of one layer out; columns that hold nothing are left out."""
    cells = [[name, str(row["panels"]), *(show(row) for _, show in COLUMNS)] for name, row in rows.items()]
    lines = [["design", "panels", *(head for head, _ in COLUMNS)], *cells]
    shown = [k for k in range(len(lines[0])) if any(line[k] != "-" for line in cells)]
    width = {k: max(len(line[k]) for line in lines) for k in shown}
    return "\n".join("  ".join(line[k].ljust(width[k]) for k in shown).rstrip() for line in lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--panels", type=int, default=200)
    parser.add_argument("--design", nargs="+", choices=list(DESIGNS), default=list(DESIGNS))
    parser.add_argument("--layer", nargs="+", choices=["linked", "leading"], default=["linked", "leading"])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"  # of the workers, which start afresh
    settings = {
        "panels": arguments.panels, "seeds": f"0 to {arguments.panels - 1}", "layers": arguments.layer,
        "discovery": f"q < {ALPHA}, effect >= {SMALLEST}; a lead: peak of all lags, direction p < {ALPHA}",
        "cosine_above": COSINE,
        "designs": {name: _differences(DESIGNS[name]) for name in arguments.design},
    }  # fmt: skip
    print("all designs but where said:", dataclasses.asdict(Design()))
    for key, value in settings.items():
        print(f"{key}:", "" if isinstance(value, dict) else value)
        for name, differs in value.items() if isinstance(value, dict) else ():
            print(f"  {name}: {differs}")
    done: dict[str, dict[str, Any]] = {layer: {} for layer in arguments.layer}
    with multiprocessing.get_context("spawn").Pool(max(1, arguments.jobs)) as pool:
        for name in arguments.design:
            tasks = [(name, seed, tuple(arguments.layer)) for seed in range(arguments.panels)]
            results = list(pool.imap(measure, tasks, chunksize=4))
            for layer in arguments.layer:
                of = [result[layer] for result in results if layer in result]
                if of:
                    done[layer][name] = summary(of)
                    print(f"\n{layer}\n{table({name: done[layer][name]})}", flush=True)
    for layer, rows in done.items():
        print(f"\n== {layer} ==\n{table(rows)}" if rows else f"\n== {layer} ==\nnothing was tested")
    if arguments.json:
        arguments.json.write_text(json.dumps({"settings": settings, **done}, indent=1, default=str), encoding="utf8")


def _differences(design: Design) -> str:
    """Name what a design sets."""
    differs = {
        field.name: getattr(design, field.name)
        for field in dataclasses.fields(Design)
        if getattr(design, field.name) != field.default
    }
    return ", ".join(f"{key}={value}" for key, value in differs.items()) or "as said"


if __name__ == "__main__":
    main()
