"""How well custom themes are found: shipped themes, as if the model did not know them.

``python benchmarks/custom_theme.py --data DIR [--rows 600]`` codes random hand-coded comments of
``DIR/train_coded.jsonl.gz`` with nothing but the description of a theme, and with five examples of it (the mean of
three draws), and prints precision, recall and F1 beside those of the nearest description by raw cosine. The encoder
was trained on these themes, so a theme that is new to it does worse; the sample and the draws are seeded.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from voices.analyst import Analyst, open_analyst
from voices.custom_themes import texts_of
from voices.prepare import prepare
from voices.taxonomy import Theme, load, themes_of
from voices.types import Comment, Prepared, Segment, Status

THEMES = ("price", "training", "environment", "turnover", "recognition", "product", "growth", "process")
DRAWS = 3
EXAMPLES = 5
FEWEST = 10
"""A theme with fewer comments of a voice in the sample is left out: its figures would be chance."""


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read the hand-coded comments in a seeded random order."""
    with gzip.open(path, "rt", encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    random.Random(7).shuffle(rows)
    return rows


def variants(rest: Sequence[dict[str, Any]]) -> dict[str, Theme]:
    """Give each theme without examples, and with five drawn ones per voice, under ids of their own."""
    made = {}
    for theme in THEMES:
        for voice in ("employee", "customer"):
            if getattr(load()[theme], voice):
                other = {"customer" if voice == "employee" else "employee": {}}
                alone = replace(load()[theme], **other)
                pool = [r["text"] for r in rest if r["voice"] == voice and list(r["themes"]) == [theme]]
                pool = [text for text in pool if 15 < len(text) < 160]
                made[f"{theme}/{voice}/0"] = replace(alone, id=f"{theme}/{voice}/0")
                for draw in range(DRAWS):
                    key = f"{theme}/{voice}/{EXAMPLES}/{draw}"
                    examples = random.Random(draw).sample(pool, min(EXAMPLES, len(pool)))
                    made[key] = replace(alone, id=key, examples=tuple(examples))
    return made


def nearest(analyst: Analyst, items: Sequence[Prepared]) -> list[str]:
    """Give the theme whose description has the highest raw cosine with each comment."""
    told = {}
    for voice in ("employee", "customer"):
        names = themes_of(voice)
        texts = [" ".join(texts_of(load()[name], voice)) for name in names]
        told[voice] = names, vectors(analyst, [Comment("", voice, "", 0, text) for text in texts])
    every = vectors(analyst, [item.comment for item in items])
    found = []
    for item, vector in zip(items, every, strict=True):
        names, known = told[item.comment.voice]
        found.append(names[int((known @ vector).argmax())])
    return found


def vectors(analyst: Analyst, comments: Sequence[Comment]) -> np.ndarray:
    """Encode whole comments."""
    items = [Prepared(c, None, Status.CODED, (Segment(0, len(c.text), c.text),)) for c in comments]
    return np.concatenate(analyst.encode(items))


def figures(found: Sequence[bool], actual: Sequence[bool]) -> tuple[float, float, float]:
    """Give precision, recall and F1."""
    hits = sum(a and b for a, b in zip(found, actual, strict=True))
    precision, recall = hits / max(sum(found), 1), hits / max(sum(actual), 1)
    return precision, recall, 2 * hits / max(sum(found) + sum(actual), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    rows = rows_of(arguments.data / "train_coded.jsonl.gz")
    sample, rest = rows[: arguments.rows], rows[arguments.rows :]
    analyst = Analyst(open_analyst("voices-small").model, threads=arguments.threads, custom=variants(rest))
    comments = [Comment(str(n), r["voice"], "", n, r["text"], r.get("question")) for n, r in enumerate(sample)]
    items = [replace(item, status=Status.CODED) for item in prepare(comments)]
    coded = [{m.theme: m.polarity for m in item.mentions} for item in analyst.code(items)]
    closest = nearest(analyst, items)
    table: dict[str, list[tuple[float, ...]]] = {"nearest": [], "zero": [], "five": []}
    signs = []
    for theme in THEMES:
        for voice in ("employee", "customer"):
            here = [n for n, row in enumerate(sample) if row["voice"] == voice]
            actual = [theme in sample[n]["themes"] for n in here]
            if f"{theme}/{voice}/0" not in analyst.custom or sum(actual) < FEWEST:
                continue
            draws = [f"{theme}/{voice}/{EXAMPLES}/{draw}" for draw in range(DRAWS)]
            shot = [figures([key in coded[n] for n in here], actual) for key in draws]
            table["nearest"].append(figures([closest[n] == theme for n in here], actual))
            table["zero"].append(figures([f"{theme}/{voice}/0" in coded[n] for n in here], actual))
            table["five"].append(tuple(np.mean(shot, axis=0)))
            signs += [coded[n][k] == sample[n]["themes"][theme] for k in draws for n in here
                      if k in coded[n] and theme in sample[n]["themes"]]  # fmt: skip
            shown = "  ".join(f"{name} " + " ".join(f"{v:.2f}" for v in table[name][-1]) for name in table)
            print(f"{theme:<13}{voice:<10}n {sum(actual):>4}  {shown}")
    for name, every in table.items():
        print(f"{name:<10}precision, recall, F1: " + " ".join(f"{value:.3f}" for value in np.mean(every, axis=0)))
    print(f"polarity of right mentions: {np.mean(signs):.3f} of {len(signs)}")


if __name__ == "__main__":
    main()
