"""Build the shipped model from public base weights and coded comments, with one command.

``python -m voices.training.build --data DIR --out models/voices-small``
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from voices.analyst import Analyst
from voices.evaluate import Codes, agreement, groups, pair_up, read_codes, theme_f1
from voices.models import file_sha256, find
from voices.prepare import prepare
from voices.taxonomy import EMOTIONS, SENTIMENTS, THEMES
from voices.training import calibrate, data
from voices.training.base import build_bert, build_tokenizer, kept_pieces, packed_path, read_packed
from voices.training.export import export
from voices.training.fit import Recipe, encode, fit
from voices.training.network import AnalystNetwork, theme_logits
from voices.types import Coded, Comment

logger = logging.getLogger(__name__)

MAX_TOKENS = 256
"""Length of a window in use; training texts are shorter, positions up to 512 come with the base."""


def held_out_logits(network: AnalystNetwork, tokenizer: Tokenizer, rows: list[data.Row]) -> tuple[np.ndarray, ...]:
    """Give theme logits (n, n_themes) and sentiment logits (n, 4) of held-out rows."""
    themes, sentiment = [], []
    with torch.inference_mode():
        for start in range(0, len(rows), 32):
            output = network(*encode(tokenizer, rows[start : start + 32]))
            themes.append(theme_logits(output)[0].numpy())
            sentiment.append(output.sentiment.numpy())
    return np.concatenate(themes), np.concatenate(sentiment)


def vocabulary_texts(folder: Path) -> Iterator[str]:
    """Yield the texts whose word pieces must stay in the vocabulary."""
    for path in [*sorted(folder.glob("*_train.jsonl.gz")), folder / "train_coded.jsonl.gz"]:
        for item in data.read_json_lines(path):
            yield item["text"]
    for item in data.read_json_lines(folder / "pairs_en_nl.jsonl.gz"):
        yield item["en"]
        yield item["nl"]


def code_gold(analyst: Analyst, path: Path) -> list[Codes]:
    """Code the comments of a gold file with the finished model."""
    items = list(data.read_json_lines(path))
    comments = [
        Comment(i["id"], i["voice"], path.name, n, i["text"], i.get("question")) for n, i in enumerate(items, start=1)
    ]
    return [as_codes(coded) for coded in analyst.code(prepare(comments))]


def as_codes(coded: Coded) -> Codes:
    """Reduce a coded comment to what is compared with gold."""
    comment = coded.comment
    themes = {mention.theme: mention.polarity for mention in coded.mentions}
    return Codes(comment.id, str(comment.voice), coded.language, coded.sentiment, coded.emotion, themes)


def describe(
    folder: Path,
    *,
    name: str,
    version: str,
    thresholds: dict[str, float],
    temperature: dict[str, float],
    metrics: dict[str, Any],
) -> None:
    """Write ``analyst.json``: labels, thresholds, checksums and figures."""
    description = {
        "format": 1,
        "name": name,
        "version": version,
        "languages": ["en", "nl"],
        "max_tokens": MAX_TOKENS,
        "pad_id": 1,
        "labels": {"themes": list(THEMES), "sentiment": list(SENTIMENTS), "emotion": list(EMOTIONS)},
        "thresholds": thresholds,
        "temperature": temperature,
        "files": {file: file_sha256(folder / file) for file in ("model.onnx", "tokenizer.json")},
        "metrics": metrics,
    }
    (folder / "analyst.json").write_text(json.dumps(description, indent=2) + "\n", encoding="utf8")


def build(
    folder: Path, out: Path, *, recipe: Recipe, exclude_sources: Iterable[str] = (), name: str, version: str
) -> dict[str, Any]:
    """Convert the base, train, calibrate, export and measure.

    Parameters
    ----------
    folder : Path
        Holds ``train_coded.jsonl.gz``, ``sentiment_train.jsonl.gz``, ``emotion_train.jsonl.gz``,
        ``pairs_en_nl.jsonl.gz`` and ``gold_dev.jsonl``.
    out : Path
        Folder of the model; made if it is not there.

    Returns
    -------
    dict
        The figures on the gold set, also in ``analyst.json``.
    """
    rng = random.Random(recipe.seed)
    base = read_packed(packed_path())
    keep = kept_pieces(base, build_tokenizer(base.pieces, base.scores), vocabulary_texts(folder))
    tokenizer = build_tokenizer([base.pieces[i] for i in keep], [base.scores[i] for i in keep])
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    logger.info("kept %d of %d pieces", len(keep), len(base.pieces))

    coded = data.coded_rows(folder / "train_coded.jsonl.gz", exclude_sources=exclude_sources)
    train, held = data.split_held_out(coded, share=recipe.held_out, seed=recipe.seed)
    public = data.public_rows(
        folder / "sentiment_train.jsonl.gz",
        rng,
        n_weak=recipe.n_weak,
        n_fabsa=recipe.n_fabsa,
        exclude_sources=exclude_sources,
    )
    public += data.emotion_rows(
        folder / "emotion_train.jsonl.gz", rng, n=recipe.n_emotion, exclude_sources=exclude_sources
    )
    torch.manual_seed(recipe.seed)
    network = AnalystNetwork(build_bert(base, keep), n_themes=len(THEMES), n_emotions=len(EMOTIONS))
    fit(network, tokenizer, train + data.question_rows(), public, recipe, checkpoint=out / "checkpoint.pt.tmp")
    return finish(
        network, tokenizer, base.tensors["emb.word"].rows(np.asarray(keep)), held, out, folder / "gold_dev.jsonl",
        name=name, version=version,
    )  # fmt: skip


def finish(
    network: AnalystNetwork,
    tokenizer: Tokenizer,
    table: Any,
    held: list[data.Row],
    out: Path,
    gold: Path,
    *,
    name: str,
    version: str,
) -> dict[str, Any]:
    """Calibrate on held-out rows, export, and measure the exported model on the gold set."""
    network.eval()
    theme_scores, sentiment_scores = held_out_logits(network, tokenizer, held)
    present = calibrate.presence_matrix(held)
    temperature = {
        "themes": round(calibrate.theme_temperature(theme_scores, present), 4),
        "sentiment": round(calibrate.sentiment_temperature(sentiment_scores, held), 4),
    }
    chance = 1 / (1 + np.exp(-theme_scores / temperature["themes"]))
    thresholds = calibrate.theme_thresholds(chance, present)
    export(network, table, out / "model.onnx")
    describe(out, name=name, version=version, thresholds=thresholds, temperature=temperature, metrics={})
    pairs = pair_up(code_gold(Analyst(find(str(out))), gold), read_codes(gold))
    metrics = {
        "gold": gold.name,
        "groups": groups(pairs),
        "themes": theme_f1(pairs),
        "calibration_error_themes": calibrate.calibration_error(chance.ravel(), present.ravel()),
    }
    rounded = json.loads(json.dumps(metrics), parse_float=lambda text: round(float(text), 4))
    describe(out, name=name, version=version, thresholds=thresholds, temperature=temperature, metrics=rounded)
    logger.info("on %s: %s", gold.name, agreement(pairs))
    return metrics


def main() -> None:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the coded and public sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model, e.g. models/voices-small")
    parser.add_argument("--name", default="voices-small")
    parser.add_argument("--version", default="1")
    parser.add_argument("--exclude-source", action="append", default=[], help="a source to leave out; repeat")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    build(
        arguments.data,
        arguments.out,
        recipe=Recipe(),
        exclude_sources=arguments.exclude_source,
        name=arguments.name,
        version=arguments.version,
    )


if __name__ == "__main__":
    main()
