"""What simple methods reach on the comments that the shipped model is measured on.

``python benchmarks/baselines.py --data DIR [--model voices-small]`` trains on ``train_coded.jsonl.gz``,
measures on ``gold_dev.jsonl`` and prints one line a method: VADER (sentiment only), TF-IDF with a linear
support vector machine, the base encoder as it comes (frozen, mean of its states) with logistic
regression, and the shipped model. Needs ``pip install 'voices[train]' scikit-learn vaderSentiment``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from voices.analyst import Analyst
from voices.evaluate import Codes, groups, pair_up, read_codes
from voices.models import find
from voices.taxonomy import POLARITIES, SENTIMENTS, THEMES
from voices.training.data import Row, coded_rows
from voices.training.describe import code_gold

Features = Callable[[Sequence[Row]], Any]
LABELS = [f"{theme}:{sign}" for theme in THEMES for sign in POLARITIES]


def vader(gold: Sequence[Row]) -> list[Codes]:
    """Take VADER's compound score at its usual limits of .05."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()

    def sentiment(text: str) -> str:
        score = analyser.polarity_scores(text)["compound"]
        return "positive" if score >= 0.05 else "negative" if score <= -0.05 else "neutral"

    return [Codes(row.id, row.voice, row.lang, sentiment(row.text), None, {}) for row in gold]


def tf_idf(train: Sequence[Row]) -> Features:
    """Words and word pairs, and runs of 3 to 5 letters; the voice is a word of its own."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    union = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True),
    )

    def texts(rows: Sequence[Row]) -> list[str]:
        return [f"voice{row.voice} {row.text}" for row in rows]

    union.fit(texts(train))
    return lambda rows: union.transform(texts(rows))


def frozen_base() -> Features:
    """Mean token state of the base encoder, unit length, before any training of ours."""
    import torch

    from voices.training.base import build_bert, build_tokenizer, packed_path, read_packed
    from voices.training.fit import encode

    base = read_packed(packed_path())
    encoder = build_bert(base, list(range(len(base.pieces))))
    tokenizer = build_tokenizer(base.pieces, base.scores)
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    tokenizer.enable_truncation(128)

    def features(rows: Sequence[Row]) -> np.ndarray:
        order = sorted(range(len(rows)), key=lambda i: len(rows[i].text))
        made = np.zeros((len(rows), base.hidden), np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), 32):
                part = order[start : start + 32]
                ids, mask = encode(tokenizer, [rows[i] for i in part])
                states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state * mask.unsqueeze(-1)
                made[part] = torch.nn.functional.normalize(states.sum(dim=1), dim=-1).numpy()
        return made

    return features


def linear(features: Features, train: Sequence[Row], gold: Sequence[Row], make: Callable[[], Any]) -> list[Codes]:
    """Fit one linear classifier for each theme, each theme with polarity, and the sentiment."""
    x, y = features(train), features(gold)

    def fitted(want: np.ndarray) -> np.ndarray:
        return np.asarray(make().fit(x, want).predict(y))

    sentiment = fitted(np.array([SENTIMENTS.index(str(row.sentiment)) for row in train]))
    themes = {theme: fitted(np.array([theme in (row.themes or {}) for row in train])) for theme in THEMES}
    signs = fitted_signs(x, y, train, make)
    return [
        Codes(
            row.id, row.voice, row.lang, SENTIMENTS[int(sentiment[i])], None,
            {theme: POLARITIES[int(signs[theme][i])] for theme in THEMES if themes[theme][i]},
        )
        for i, row in enumerate(gold)
    ]  # fmt: skip


def fitted_signs(x: Any, y: Any, train: Sequence[Row], make: Callable[[], Any]) -> dict[str, np.ndarray]:
    """Fit the polarity of each theme on the comments that hold it."""
    signs = {}
    for theme in THEMES:
        having = [i for i, row in enumerate(train) if theme in (row.themes or {})]
        want = np.array([POLARITIES.index(str((train[i].themes or {})[theme])) for i in having])
        signs[theme] = np.asarray(make().fit(x[having], want).predict(y))
    return signs


def main() -> None:
    """Train, measure and print."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="voices-small")
    arguments = parser.parse_args()
    train, gold = coded_rows(arguments.data / "train_coded.jsonl.gz"), coded_rows(arguments.data / "gold_dev.jsonl")
    answers = read_codes(arguments.data / "gold_dev.jsonl")
    methods: dict[str, Callable[[], list[Codes]]] = {
        "VADER": lambda: vader(gold),
        "TF-IDF + linear SVM": lambda: linear(
            tf_idf(train), train, gold, lambda: LinearSVC(C=0.3, class_weight="balanced")
        ),
        "frozen base + logistic regression": lambda: linear(
            frozen_base(), train, gold, lambda: LogisticRegression(C=30, max_iter=2000, class_weight="balanced")
        ),
        arguments.model: lambda: code_gold(Analyst(find(arguments.model)), arguments.data / "gold_dev.jsonl"),
    }
    names = ("theme_micro_f1", "theme_macro_f1", "polarity_micro_f1", "sentiment_macro_f1")
    print(f"{'':34}" + "".join(f"{name.replace('_f1', ''):>17}" for name in names) + "   (en / nl below)")
    for method, code in methods.items():
        for part, figures in groups(pair_up(code(), answers)).items():
            if part in ("all", "language en", "language nl"):
                label = method if part == "all" else f"  {part}"
                cells = (figures[name] for name in names)
                print(f"{label:34}" + "".join(f"{value or float('nan'):17.3f}" for value in cells), flush=True)


if __name__ == "__main__":
    main()
