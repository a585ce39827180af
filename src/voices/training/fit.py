"""Fine-tune encoder and heads: first on everything, then on the hand-coded comments."""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
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
class Recipe:
    """Everything that decides the outcome of a training run.

    ``max_length`` is in tokens, ``warm_up`` a share of the steps, ``lower_case`` the share of
    texts shown without capitals; the learning rates are those of AdamW.
    """

    seed: int = 20
    batch_size: int = 24
    max_length: int = 128
    warm_up_epochs: int = 1
    coded_epochs: int = 4
    replay: int = 1500
    encoder_rate: float = 7e-5
    head_rate: float = 1e-3
    warm_up: float = 0.06
    weight_decay: float = 0.01
    lower_case: float = 0.08
    theme_loss: float = 8.0
    polarity_loss: float = 1.0
    sentiment_loss: float = 1.0
    emotion_loss: float = 0.4
    held_out: float = 0.08
    n_weak: int = 3000
    n_fabsa: int = 2500
    n_emotion: int = 4000
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
    """Show some rows in lower case and some without their question."""
    from dataclasses import replace

    shown = []
    for row in rows:
        if rng.random() < recipe.lower_case:
            row = replace(row, text=row.text.lower())
        shown.append(row)
    return shown


def fit(
    network: AnalystNetwork,
    tokenizer: Tokenizer,
    coded: list[Row],
    public: list[Row],
    recipe: Recipe,
    *,
    checkpoint: Path | None = None,
) -> None:
    """Train in place.

    Parameters
    ----------
    network : AnalystNetwork
        Its word table stays as it is: frozen rows keep the words that training never showed.
    tokenizer : Tokenizer
        Set here to pad and to cut at ``recipe.max_length``.
    coded, public : list of Row
        The first epochs see both, the later ones the coded rows and a replay of the public ones.
    checkpoint : Path or None
        Where the weights are saved after each epoch.
    """
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    tokenizer.enable_truncation(recipe.max_length)
    network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    heads = [p for name, p in network.named_parameters() if not name.startswith("encoder.")]
    optimiser = torch.optim.AdamW(
        [{"params": encoder, "lr": recipe.encoder_rate}, {"params": heads, "lr": recipe.head_rate}],
        weight_decay=recipe.weight_decay,
    )
    epochs = []
    for epoch in range(recipe.warm_up_epochs + recipe.coded_epochs):
        more = public if epoch < recipe.warm_up_epochs else rng.sample(public, min(recipe.replay, len(public)))
        epochs.append(coded + more)
    total = sum(math.ceil(len(rows) / recipe.batch_size) for rows in epochs)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (total * recipe.warm_up), max(0.02, (total - step) / total))
    )
    network.train()
    step, began = 0, time.monotonic()
    for epoch, rows in enumerate(epochs):
        running = 0.0
        for batch in batches(rows, recipe.batch_size, rng):
            loss = loss_of(network, tokenizer, perturbed(batch, recipe, rng), recipe)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            running = 0.98 * running + 0.02 * float(loss.detach())
            if step % 100 == 0:
                elapsed = time.monotonic() - began
                logger.info("epoch %d step %d/%d loss %.3f, %.0f s left", epoch, step, total, running,
                            elapsed / step * (total - step))  # fmt: skip
        if checkpoint is not None:
            torch.save(network.state_dict(), checkpoint)
            checkpoint.with_suffix(".json").write_text(json.dumps({"epoch": epoch, "recipe": asdict(recipe)}))
    network.eval()
