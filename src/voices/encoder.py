"""Vectors of texts from another maker's sentence encoder, for heads that were fitted on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.foreign import PASS, load_network, longest

if TYPE_CHECKING:
    import numpy as np

POOLINGS = ("mean", "cls")


class SentenceEncoder:
    """Runs an encoder without a head; the weights are read at the first use.

    Parameters
    ----------
    folder : Path
    prefix : str
        What the encoder wants before every text, such as ``query: `` for e5.
    pooling : str
        ``mean`` of the token states, or the state of the first token (``cls``).
    device : str
        ``cpu``, or ``cuda`` in half precision.
    threads : int or None
        Threads of torch on the processor; None leaves them as they are.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prefix: str = "",
        pooling: str = "mean",
        device: str = "cpu",
        threads: int | None = None,
    ) -> None:
        self.folder = folder
        self.prefix = prefix
        self.pooling = pooling
        self.device = device
        self.threads = threads
        self._model: Any = None
        self._tokenizer: Any = None

    def load(self) -> None:
        """Read the weights and the tokenizer.

        Raises
        ------
        ModelError
            If they cannot be read, or the tokenizer cannot pad.
        """
        self._tokenizer, self._model = load_network(
            self.folder, kind="AutoModel", device=self.device, threads=self.threads
        )

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Give a unit vector for each text; what does not fit the encoder is cut off at the end.

        Returns
        -------
        ndarray of float32, shape (n_texts, width)
        """
        if self._model is None:
            self.load()
        import numpy as np
        import torch

        limit = longest(self._tokenizer, self._model)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        result = np.zeros((len(texts), self._model.config.hidden_size), np.float32)
        for start in range(0, len(order), PASS):
            rows = order[start : start + PASS]
            encoded = self._tokenizer(
                [self.prefix + texts[i] for i in rows],
                padding=True,
                truncation=True,
                max_length=limit,
                return_tensors="pt",
            ).to(self.device)
            with torch.no_grad():
                states = self._model(**encoded).last_hidden_state.float()
            if self.pooling == "cls":
                pooled = states[:, 0]
            else:
                mask = encoded["attention_mask"].unsqueeze(-1).float()
                pooled = (states * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
            result[rows] = torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
        return result
