"""Run the shipped model file with torch on a graphics card, with the same arithmetic as on the processor.

The weights are read from ``model.onnx`` itself, so that there is one file to ship and to check. Rows of
activations are rounded to 8 bits as on the processor; whole numbers up to 127 are exact in half
precision, so the products differ from the processor's by the rounding of their sums only. That is
enough to round an activation the other way now and then, which moves everything after it: themes
close to their threshold can come out differently on two machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.errors import InputError
from voices.extras import require

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

BATCH = 16_384
"""Comments that are worked on together on a graphics card."""
CHUNK_TOKENS = 65_536
"""Tokens in one pass on a graphics card."""
DOWN = 2.0**-8
"""What weights are scaled by before a product in half precision: its largest sum, 1536 * 127 * 63, then fits."""


def has_cuda() -> bool:
    """Tell whether torch is installed and finds a CUDA device; never an error."""
    from importlib.util import find_spec

    if find_spec("torch") is None or find_spec("onnx") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


def check_cuda() -> None:
    """Refuse ``--device cuda`` where it cannot be.

    Raises
    ------
    MissingExtraError
        If torch or onnx is not installed.
    InputError
        If torch finds no CUDA device.
    """
    torch = require("torch", extra="gpu", purpose="--device cuda")
    require("onnx", extra="gpu", purpose="--device cuda")
    if not torch.cuda.is_available():
        raise InputError("--device cuda: torch finds no CUDA device here; use auto or cpu")


class TorchSession:
    """Answers like an ``onnxruntime.InferenceSession`` of the same file.

    Parameters
    ----------
    path : Path
        ``model.onnx`` as :func:`voices.training.export.export` writes it.
    device : str
        ``cuda`` (half precision in the products) or ``cpu`` (float32, to compare with).
    """

    def __init__(self, path: Path, *, device: str) -> None:
        import onnx
        import torch
        from onnx import numpy_helper

        graph = onnx.load(str(path)).graph
        attributes = {(n.op_type, a.name): a for n in graph.node for a in n.attribute}
        norms = [n for n in graph.node if n.op_type == "LayerNormalization"]
        self.epsilon = {n.input[1].removesuffix(".weight"): _epsilon(n) for n in norms}
        self.n_heads = int(attributes["MultiHeadAttention", "num_heads"].i)
        self.device, self.dtype = device, torch.float16 if device == "cuda" else torch.float32
        self.weights: dict[str, Tensor] = {}
        for item in graph.initializer:
            array = numpy_helper.to_array(item)
            if item.name == "words":
                array = array.astype("int8")
            self.weights[item.name] = torch.from_numpy(array.copy()).to(device)
        for name in [name for name in self.weights if name.endswith(".steps")]:
            self.weights[name] = self.weights[name].to(self.dtype) * DOWN
        self.n_layers = sum(name.endswith(".qkv.steps") for name in self.weights)

    def run(self, names: Sequence[str], feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Give the named outputs for ``input_ids`` of shape (batch, tokens)."""
        import torch

        with torch.inference_mode():
            outputs = self._heads(self._states(torch.from_numpy(feeds["input_ids"]).to(self.device)))
            return [outputs[name].float().cpu().numpy() for name in names]

    def _norm(self, x: Tensor, name: str) -> Tensor:
        from torch.nn.functional import layer_norm

        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return layer_norm(x, weight.shape, weight, bias, self.epsilon[name])

    def _linear(self, x: Tensor, name: str) -> Tensor:
        """Multiply rows, rounded to 8 bits of their own scale, with a matrix of whole steps."""
        scale = x.abs().amax(dim=-1, keepdim=True) * (1 / 127)
        steps = (x * scale.reciprocal()).round().clamp(-128, 127).to(self.dtype)
        product: torch.Tensor = (steps @ self.weights[f"{name}.steps"]).float()
        return product * (self.weights[f"{name}.scale"] / DOWN) * scale

    def _states(self, ids: Tensor) -> Tensor:
        """Give token states (batch, tokens, hidden)."""
        from torch.nn.functional import gelu, scaled_dot_product_attention

        w = self.weights
        n, length = ids.shape
        words, scales = w["words"][ids].float(), w["words.scale"][ids]
        x = (words.view(n, length, scales.shape[-1], -1) * scales.unsqueeze(-1)).flatten(-2)
        x = self._norm(x + w["places"][:length], "embedding")
        for name in (f"layer{i}" for i in range(self.n_layers)):
            mixed = self._linear(x, f"{name}.qkv") + w[f"{name}.qkv.bias"]
            q, k, v = mixed.to(self.dtype).view(n, length, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
            context = scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2).float()
            y = self._linear(context, f"{name}.out") + w[f"{name}.norm1.added"]
            x = self._norm(x + y, f"{name}.norm1")
            wide = gelu(self._linear(x, f"{name}.wide") + w[f"{name}.wide.bias"])
            y = self._linear(wide, f"{name}.narrow") + w[f"{name}.norm2.added"]
            x = self._norm(x + y, f"{name}.norm2")
        return x

    def _heads(self, states: Tensor) -> dict[str, Tensor]:
        import torch
        from torch.nn.functional import linear, normalize

        w = self.weights
        n_pooled, n_themes, n_signs = w["heads.sizes"].tolist()
        x = self._norm(states, "heads.norm")
        scores, present, signs = torch.split(x @ w["heads.weight"], [n_pooled, n_themes, n_signs], dim=-1)
        attention = scores.softmax(dim=1)
        themes, pooling = attention[..., :n_themes], attention[..., n_themes:]
        present = present + w["presence.bias"]
        pooled = pooling.transpose(1, 2) @ x
        polarity = (themes.unsqueeze(-1) * signs.reshape(*signs.shape[:2], n_themes, 3)).sum(dim=1)
        return {
            "themes": (themes * present).sum(dim=1),
            "polarity": polarity + w["polarity.bias"],
            "sentiment": linear(pooled[:, 0], w["sentiment.weight"].T, w["sentiment.bias"]),
            "emotion": linear(pooled[:, 1], w["emotion.weight"].T, w["emotion.bias"]),
            "weight": (themes * (present * w["pull"]).exp()).transpose(1, 2),
            "embedding": normalize(states.mean(dim=1), dim=-1),
            "states": states,
        }


def _epsilon(node: Any) -> float:
    return next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
