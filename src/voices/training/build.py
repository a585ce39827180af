"""Build the shipped model from public base weights and coded comments, with one command.

``python -m voices.training.build --data DIR --out models/voices-small``
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from voices.taxonomy import EMOTIONS, THEMES
from voices.training import data
from voices.training.base import build_bert, build_tokenizer, kept_pieces, packed_path, read_packed
from voices.training.describe import describe
from voices.training.export import export
from voices.training.fit import Recipe, fit
from voices.training.network import AnalystNetwork

logger = logging.getLogger(__name__)


def vocabulary_texts(folder: Path) -> Iterator[str]:
    """Yield the texts whose word pieces must stay in the vocabulary."""
    for path in [*sorted(folder.glob("*_train.jsonl.gz")), folder / "train_coded.jsonl.gz"]:
        for item in data.read_json_lines(path):
            yield item["text"]
    for item in data.read_json_lines(folder / "pairs_en_nl.jsonl.gz"):
        yield item["en"]
        yield item["nl"]


def build(
    folder: Path,
    out: Path,
    *,
    recipe: Recipe,
    work: Path,
    exclude_sources: Iterable[str] = (),
    stop_after: str | None = None,
    name: str,
    version: str,
) -> dict[str, Any]:
    """Convert the base, train, calibrate, export and measure.

    Every stage leaves a checkpoint in ``work``; the same call takes an interrupted run up again.

    Parameters
    ----------
    folder : Path
        Holds ``train_coded.jsonl.gz``, ``sentiment_train.jsonl.gz``, ``emotion_train.jsonl.gz``,
        ``pairs_en_nl.jsonl.gz`` and ``gold_dev.jsonl``.
    out : Path
        Folder of the model; made if it is not there.
    work : Path
        Folder of the checkpoints (about 500 MB); made if it is not there.
    stop_after : str or None
        Name of a stage after which to stop, to go on another time.

    Returns
    -------
    dict
        The figures on the gold set, also in ``analyst.json``; empty where the run was stopped early.
    """
    rng = random.Random(recipe.seed)
    base = read_packed(packed_path())
    keep = kept_pieces(base, build_tokenizer(base.pieces, base.scores), vocabulary_texts(folder))
    tokenizer = build_tokenizer([base.pieces[i] for i in keep], [base.scores[i] for i in keep])
    out.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    logger.info("kept %d of %d pieces", len(keep), len(base.pieces))

    public_file = folder / "sentiment_train.jsonl.gz"
    coded = data.coded_rows(folder / "train_coded.jsonl.gz", exclude_sources=exclude_sources)
    train, held = data.split_held_out(coded, share=recipe.held_out, seed=recipe.seed)
    recoded = data.recoded_rows(public_file, exclude_sources=exclude_sources)
    more, held_more = data.split_held_out(recoded, share=recipe.held_out, seed=recipe.seed)
    public = data.public_rows(public_file, rng, n_weak=recipe.n_weak, exclude_sources=exclude_sources)
    public += data.emotion_rows(
        folder / "emotion_train.jsonl.gz", rng, n=recipe.n_emotion, exclude_sources=exclude_sources
    )
    public = data.not_in(public, (item["text"] for item in data.read_json_lines(folder / "gold_dev.jsonl")))
    torch.manual_seed(recipe.seed)
    network = AnalystNetwork(build_bert(base, keep), n_themes=len(THEMES), n_emotions=len(EMOTIONS))
    answers = data.nothing_rows() + data.fragment_rows()
    every = data.corrected(train) + more + data.written_rows() + answers
    shown = {"broad": train + data.nothing_rows(), "coded": every, "hard": every + 2 * data.hard_rows()}
    for stage in recipe.stages:
        fit(network, tokenizer, shown[stage.name], public, stage, recipe, checkpoint=work / f"{stage.name}.pt")
        if stage.name == stop_after:
            return {}
    export(network, base.tensors["emb.word"].rows(np.asarray(keep)), out / "model.onnx")
    return describe(out, held + held_more, folder / "gold_dev.jsonl", name=name, version=version)


def main() -> None:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the coded and public sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model, e.g. models/voices-small")
    parser.add_argument("--name", default="voices-small")
    parser.add_argument("--version", default="1")
    parser.add_argument("--exclude-source", action="append", default=[], help="a source to leave out; repeat")
    parser.add_argument("--work", type=Path, default=Path("training-run"), help="folder of the checkpoints")
    parser.add_argument("--stop-after", help="stop after this stage; the same command goes on from there")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    build(
        arguments.data,
        arguments.out,
        recipe=Recipe(),
        work=arguments.work,
        stop_after=arguments.stop_after,
        exclude_sources=arguments.exclude_source,
        name=arguments.name,
        version=arguments.version,
    )


if __name__ == "__main__":
    main()
