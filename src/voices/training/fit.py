"""Fine-tune encoder and heads: first on everything, then on the hand-coded comments."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from voices.model_input import model_input
from voices.taxonomy import EMOTIONS, POLARITIES, SENTIMENTS, THEMES
from voices.training.data import Row
from voices.training.network import AnalystNetwork, theme_logits

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """One part of a training run, with a schedule of its own.

    ``replay`` is how many public rows are drawn for each epoch (None: all of them); the learning
    rates of AdamW rise over ``warm_up`` (a share of the steps) and fall in a line to ``last_rate``
    of themselves. With ``average`` above 0 the weights that remain are the exponential mean of the
    weights after each step.
    """

    name: str
    epochs: int
    replay: int | None
    encoder_rate: float
    head_rate: float
    warm_up: float = 0.06
    last_rate: float = 0.02
    average: float = 0.0


BROAD = Stage("broad", epochs=1, replay=None, encoder_rate=7e-5, head_rate=1e-3, last_rate=0.3)
CODED = Stage("coded", epochs=4, replay=1500, encoder_rate=7e-5, head_rate=7e-4, average=0.998)
HARD = Stage("hard", epochs=1, replay=500, encoder_rate=4e-5, head_rate=4e-4, average=0.995)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome of a training run.

    ``max_length`` is in tokens, ``lower_case`` the share of texts shown without capitals.
    """

    seed: int = 20
    batch_size: int = 24
    max_length: int = 128
    stages: tuple[Stage, ...] = (BROAD, CODED, HARD)
    weight_decay: float = 0.01
    lower_case: float = 0.08
    theme_loss: float = 8.0
    polarity_loss: float = 1.0
    sentiment_loss: float = 1.0
    emotion_loss: float = 0.4
    held_out: float = 0.08
    n_weak: int = 3000
    n_emotion: int = 3000
    bfloat16: bool = True


def batches(rows: Sequence[Row], size: int, rng: random.Random) -> Iterator[list[Row]]:
    """Yield shuffled batches of rows of like length, so that little is padding."""
    order = list(range(len(rows)))
    rng.shuffle(order)
    pool = size * 40
    ready: list[list[int]] = []
    for start in range(0, len(order), pool):
        part = sorted(order[start : start + pool], key=lambda i: len(rows[i].text))
        ready += [part[i : i + size] for i in range(0, len(part), size)]
    rng.shuffle(ready)
    for chosen in ready:
        yield [rows[i] for i in chosen]


def encode(tokenizer: Tokenizer, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokenise: ids and mask of shape (B, T)."""
    prompts = [model_input(row.text, voice=row.voice, question=row.question)[0] for row in rows]
    encodings = tokenizer.encode_batch(prompts)
    ids = torch.tensor([encoding.ids for encoding in encodings])
    return ids, torch.tensor([encoding.attention_mask for encoding in encodings])


def targets(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    """Turn labels into tensors; weight 0 where a label is missing, class -1 likewise."""
    n, n_themes = len(rows), len(THEMES)
    present = np.zeros((n, n_themes), np.float32)
    weight = np.zeros((n, n_themes), np.float32)
    polarity = np.full((n, n_themes), -1, np.int64)
    for i, row in enumerate(rows):
        if row.themes is None:
            continue
        weight[i] = row.absent_weight
        for theme, sign in row.themes.items():
            if theme not in THEMES:
                continue
            j = THEMES.index(theme)
            present[i, j], weight[i, j] = 1.0, row.theme_weight
            if sign is not None:
                polarity[i, j] = POLARITIES.index(sign)
    return {
        "present": torch.from_numpy(present),
        "theme_weight": torch.from_numpy(weight),
        "polarity": torch.from_numpy(polarity),
        "sentiment": torch.tensor([SENTIMENTS.index(r.sentiment) if r.sentiment else -1 for r in rows]),
        "sentiment_weight": torch.tensor([r.sentiment_weight for r in rows]),
        "emotion": torch.tensor([EMOTIONS.index(r.emotion) if r.emotion else -1 for r in rows]),
    }


def loss_of(network: AnalystNetwork, tokenizer: Tokenizer, rows: Sequence[Row], recipe: Recipe) -> torch.Tensor:
    """Give the weighted sum of the four losses of a batch."""
    ids, mask = encode(tokenizer, rows)
    want = targets(rows)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bfloat16):
        output = network(ids, mask)
    output = type(output)(*(tensor.float() for tensor in output))
    presence, polarity = theme_logits(output)
    each = functional.binary_cross_entropy_with_logits(presence, want["present"], reduction="none")
    loss = recipe.theme_loss * (each * want["theme_weight"]).sum() / max(1.0, float(want["theme_weight"].sum()))
    if bool((want["polarity"] >= 0).any()):
        signs = functional.cross_entropy(polarity.reshape(-1, 3), want["polarity"].reshape(-1), ignore_index=-1)
        loss = loss + recipe.polarity_loss * signs
    known = want["sentiment"] >= 0
    if bool(known.any()):
        each = functional.cross_entropy(output.sentiment[known], want["sentiment"][known], reduction="none")
        loss = loss + recipe.sentiment_loss * (each * want["sentiment_weight"][known]).mean()
    if bool((want["emotion"] >= 0).any()):
        feelings = functional.cross_entropy(output.emotion, want["emotion"], ignore_index=-1)
        loss = loss + recipe.emotion_loss * feelings
    return loss


def perturbed(rows: Sequence[Row], recipe: Recipe, rng: random.Random) -> list[Row]:
    """Show some rows in lower case."""
    return [replace(row, text=row.text.lower()) if rng.random() < recipe.lower_case else row for row in rows]


def fit(
    network: AnalystNetwork,
    tokenizer: Tokenizer,
    coded: Sequence[Row],
    public: Sequence[Row],
    stage: Stage,
    recipe: Recipe,
    *,
    checkpoint: Path | None = None,
) -> None:
    """Train in place, one stage.

    Parameters
    ----------
    network : AnalystNetwork
        Its word table stays as it is: frozen rows keep the words that training never showed.
    tokenizer : Tokenizer
        Set here to pad and to cut at ``recipe.max_length``.
    coded, public : sequence of Row
        Every epoch sees all coded rows and ``stage.replay`` of the public ones.
    checkpoint : Path or None
        Where everything is saved after each epoch. A file there that was made by the same stage,
        recipe and rows is taken up where it ended.
    """
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    tokenizer.enable_truncation(recipe.max_length)
    epochs = [_epoch_rows(coded, public, stage, recipe, epoch) for epoch in range(stage.epochs)]
    run = _Run(network, stage, recipe, n_steps=sum(math.ceil(len(rows) / recipe.batch_size) for rows in epochs))
    made_of = _fingerprint(epochs, stage, recipe)
    first = run.restore(checkpoint, made_of) if checkpoint is not None else 0
    network.train()
    for epoch, rows in enumerate(epochs):
        if epoch < first:
            continue
        # Seeded by epoch, so that a run that was taken up again sees what a whole one sees.
        torch.manual_seed(recipe.seed * 1000 + epoch)
        rng = random.Random(f"{recipe.seed}/{stage.name}/{epoch}")
        for batch in batches(rows, recipe.batch_size, rng):
            run.step(loss_of(network, tokenizer, perturbed(batch, recipe, rng), recipe))
        if checkpoint is not None:
            run.save(checkpoint, made_of, epoch + 1)
    run.finish()
    network.eval()


def _epoch_rows(coded: Sequence[Row], public: Sequence[Row], stage: Stage, recipe: Recipe, epoch: int) -> list[Row]:
    n = len(public) if stage.replay is None else min(stage.replay, len(public))
    drawn = random.Random(f"{recipe.seed}/{stage.name}/{epoch}/public").sample(list(public), n)
    return [*coded, *drawn]


def _fingerprint(epochs: Sequence[Sequence[Row]], stage: Stage, recipe: Recipe) -> str:
    """Hash what a stage is made of: its settings and its rows, labels included."""
    settings = {**asdict(recipe), "stages": [], "stage": asdict(stage)}
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for rows in epochs:
        for row in rows:
            digest.update(repr(row).encode())
    return digest.hexdigest()


class _Run:
    """The optimiser, its schedule and the averaged weights of one stage."""

    def __init__(self, network: AnalystNetwork, stage: Stage, recipe: Recipe, *, n_steps: int) -> None:
        network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        encoder = [p for p in network.encoder.parameters() if p.requires_grad]
        heads = [p for name, p in network.named_parameters() if not name.startswith("encoder.")]
        self.network, self.stage, self.n_steps = network, stage, n_steps
        self.trained = [*encoder, *heads]
        self.optimiser = torch.optim.AdamW(
            [{"params": encoder, "lr": stage.encoder_rate}, {"params": heads, "lr": stage.head_rate}],
            weight_decay=recipe.weight_decay,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._rate)
        self.average = [p.detach().clone() for p in self.trained] if stage.average else []
        self.n_done = 0
        self.running = 0.0
        self.began, self.began_at = time.monotonic(), 0

    def _rate(self, step: int) -> float:
        warm = max(1.0, self.n_steps * self.stage.warm_up)
        left = (self.n_steps - step) / self.n_steps
        return min((step + 1) / warm, self.stage.last_rate + (1 - self.stage.last_rate) * left)

    def step(self, loss: torch.Tensor) -> None:
        """Take one step down the loss."""
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.n_done += 1
        if self.average:
            # Early on the mean follows closely: it should not remember where the stage began.
            keep = min(self.stage.average, self.n_done / (self.n_done + 10))
            torch._foreach_lerp_(self.average, [p.detach() for p in self.trained], 1 - keep)
        self.running = 0.98 * self.running + 0.02 * float(loss.detach())
        if self.n_done % 100 == 0:
            pace = (time.monotonic() - self.began) / (self.n_done - self.began_at)
            logger.info("%s: step %d of %d, loss %.3f, %.0f s left", self.stage.name, self.n_done, self.n_steps,
                        self.running, pace * (self.n_steps - self.n_done))  # fmt: skip

    def save(self, path: Path, made_of: str, n_epochs: int) -> None:
        """Write the whole state beside ``path`` and put it in its place."""
        state = {
            "made_of": made_of,
            "epochs": n_epochs,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average,
            "steps": self.n_done,
        }
        beside = path.with_suffix(".part")
        torch.save(state, beside)
        beside.replace(path)

    def restore(self, path: Path, made_of: str) -> int:
        """Take up a saved state of the same stage; give how many epochs it has done."""
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        if state["made_of"] != made_of:
            logger.info("%s: %s is of another recipe or other rows and is made anew", self.stage.name, path.name)
            return 0
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.average = state["average"]
        self.n_done = self.began_at = state["steps"]
        logger.info("%s: taken up after epoch %d", self.stage.name, state["epochs"])
        return int(state["epochs"])

    def finish(self) -> None:
        """Leave the averaged weights in the network, where the stage asks for them."""
        with torch.no_grad():
            for parameter, mean in zip(self.trained, self.average, strict=bool(self.average)):
                parameter.copy_(mean)
