"""Write the trained analyst as one small ONNX file: int8 encoder, 4-bit word table, exact heads.

The graph is built here, operator by operator, instead of traced: a traced encoder carries some sixty
operators a layer for masks and shapes, this one has about forty. It takes comments of the **same
length** only (no padding, no mask), and every row of activations is quantised by its own largest
value. So the codes of a comment depend on nothing but itself, however many are worked on together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from voices.training.base import BLOCK, Q4Table
from voices.training.network import EVIDENCE_SCALE, AnalystNetwork

OPSET = 21
"""The first one with 4-bit tensors."""
WEIGHT_STEPS = 63
"""Largest weight in steps of its column's scale: 7 of the 8 bits. Products of full 8-bit values saturate
on processors without VNNI instructions, and two machines would give different codes."""


class _Graph:
    """Collects operators and weights; what adds one gives the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def add(self, op: str, *inputs: str, results: int | list[str] = 1, **attributes: Any) -> list[str]:
        """Add an operator (those of ONNX Runtime are written ``ms.Name``); give the names of its results."""
        domain, _, name = op.rpartition(".")
        if isinstance(results, int):
            results = [f"{name}_{len(self.nodes)}_{i}" for i in range(results)]
        node = helper.make_node(name, list(inputs), results, domain="com.microsoft" if domain else "", **attributes)
        self.nodes.append(node)
        return results

    def one(self, op: str, *inputs: str, result: str | None = None, **attributes: Any) -> str:
        """Add an operator with one result."""
        return self.add(op, *inputs, results=[result] if result else 1, **attributes)[0]

    def weight(self, name: str, values: torch.Tensor | np.ndarray | np.generic) -> str:
        """Keep an array, once for each name."""
        if name not in self.weights:
            array = values.detach().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
            self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
        return name

    def model(self, outputs: dict[str, list[int | str]]) -> onnx.ModelProto:
        """Close the graph."""
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
        results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
        graph = helper.make_graph(self.nodes, "analyst", [ids], results, list(self.weights.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="voices")
        model.ir_version = 10
        return model


def quantise_columns(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round a matrix to whole steps of a scale per column.

    Parameters
    ----------
    weight : ndarray of float32, shape (n_in, n_out)

    Returns
    -------
    steps : ndarray of int8, shape (n_in, n_out)
        Within -63..63; ``steps * scale`` is the rounded weight.
    scale : ndarray of float32, shape (n_out,)
    """
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / WEIGHT_STEPS
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def _quantised_rows(graph: _Graph, x: str) -> tuple[str, str]:
    """Quantise each row by its own largest value: uint8 around 128, and the scale of each row."""
    top = graph.one("ReduceMax", graph.one("Abs", x), graph.weight("last_axis", np.array([-1])), keepdims=1)
    scale = graph.one("Mul", top, graph.weight("step", np.float32(1 / 127)))
    steps = graph.one("Mul", x, graph.one("Reciprocal", scale))
    middle = graph.weight("middle", np.uint8(128))
    return graph.one("QuantizeLinear", steps, graph.weight("one", np.float32(1)), middle), scale


def _linear(graph: _Graph, rows: tuple[str, str], name: str, weight: torch.Tensor) -> str:
    """Multiply quantised rows with a matrix (n_out, n_in) in int8; gives float32, without the bias.

    ONNX Runtime would fuse the plain operators into ``MatMulIntegerToFloat`` and take the scales of
    the rows for one scale of all; so that operator stands here with scale 1 and the rows' own follow.
    """
    rounded, row_scale = rows
    steps, scale = quantise_columns(weight.detach().numpy().T)
    product = graph.one(
        "ms.MatMulIntegerToFloat",
        rounded,
        graph.weight(f"{name}.steps", steps),
        graph.weight("one", np.float32(1)),
        graph.weight(f"{name}.scale", scale),
        graph.weight("middle", np.uint8(128)),
        graph.weight(f"{name}.zero", np.zeros(scale.shape, np.int8)),
    )
    return graph.one("Mul", product, row_scale)


def _norm(graph: _Graph, x: str, name: str, norm: nn.LayerNorm, *, result: str | None = None) -> str:
    weights = graph.weight(f"{name}.weight", norm.weight), graph.weight(f"{name}.bias", norm.bias)
    return graph.one("LayerNormalization", x, *weights, axis=-1, epsilon=norm.eps, result=result)


def _residual(
    graph: _Graph, x: str, y: str, name: str, *, bias: torch.Tensor, norm: nn.LayerNorm, result: str | None = None
) -> str:
    """Add a sublayer's result and its bias to its input, and normalise.

    Three plain operators: the fused ``SkipLayerNormalization`` takes eight times as long.
    """
    moved = graph.one("Add", y, graph.weight(f"{name}.added", bias))
    return _norm(graph, graph.one("Add", x, moved), name, norm, result=result)


def _word_table(graph: _Graph, table: Q4Table) -> str:
    """Look words up in the 4-bit blocks that the base came in; nothing is lost."""
    signed = (table.nibbles.reshape(-1) ^ 8).astype(np.uint8)  # 0..15 with zero at 8 -> two's complement of 4 bits
    packed = (signed[0::2] | (signed[1::2] << 4)).astype(np.uint8)
    words = helper.make_tensor("words", TensorProto.INT4, table.nibbles.shape, packed.tobytes(), raw=True)
    graph.weights["words"] = words
    scales = graph.weight("words.scale", table.scales.astype(np.float32))
    return graph.one(
        "ms.GatherBlockQuantized", "words", "input_ids", scales, gather_axis=0, quantize_axis=1, block_size=BLOCK
    )


def _layer(graph: _Graph, x: str, layer: Any, name: str, *, n_heads: int, result: str | None = None) -> str:
    """Add one BERT layer: attention and feed-forward, each with its residual and norm."""
    parts, out, last = layer.attention.self, layer.attention.output, layer.output
    three = (parts.query, parts.key, parts.value)
    mixed = _linear(graph, _quantised_rows(graph, x), f"{name}.qkv", torch.cat([part.weight for part in three]))
    qkv = graph.add("Split", mixed, results=3, axis=-1, num_outputs=3)
    bias = graph.weight(f"{name}.qkv.bias", torch.cat([part.bias for part in three]))
    context = graph.one("ms.MultiHeadAttention", *qkv, bias, num_heads=n_heads)
    y = _linear(graph, _quantised_rows(graph, context), f"{name}.out", out.dense.weight)
    x = _residual(graph, x, y, f"{name}.norm1", bias=out.dense.bias, norm=out.LayerNorm)
    wide = _linear(graph, _quantised_rows(graph, x), f"{name}.wide", layer.intermediate.dense.weight)
    bent = graph.one("ms.BiasGelu", wide, graph.weight(f"{name}.wide.bias", layer.intermediate.dense.bias))
    y = _linear(graph, _quantised_rows(graph, bent), f"{name}.narrow", last.dense.weight)
    return _residual(graph, x, y, f"{name}.norm2", bias=last.dense.bias, norm=last.LayerNorm, result=result)


def _states(graph: _Graph, encoder: Any, table: Q4Table) -> str:
    """Add embeddings and layers; gives token states (batch, tokens, hidden)."""
    embeddings, layers = encoder.embeddings, encoder.encoder.layer
    places = embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]
    length = graph.one("Shape", "input_ids", start=1, end=2)
    first = graph.weight("first", np.array([0]))
    place = graph.one("Slice", graph.weight("places", places), first, length, first)
    x = _norm(graph, graph.one("Add", _word_table(graph, table), place), "embedding", embeddings.LayerNorm)
    for index, layer in enumerate(layers):
        result = "states" if index == len(layers) - 1 else None
        x = _layer(graph, x, layer, f"layer{index}", n_heads=encoder.config.num_attention_heads, result=result)
    return x


def _heads(graph: _Graph, network: AnalystNetwork, states: str) -> dict[str, list[int | str]]:
    """Add every head in float32; gives the shapes of the outputs."""
    n, hidden = network.n_themes, int(network.encoder.config.hidden_size or 0)
    tokens = graph.weight("tokens", np.array([1]))
    mean = graph.one("ReduceMean", states, tokens, keepdims=0)
    graph.one("LpNormalization", mean, axis=-1, p=2, result="embedding")
    x = _norm(graph, states, "heads.norm", network.norm)
    # Attention is invariant to what is added to all tokens alike, so the bias of the key drops out.
    query = network.query @ network.key.weight * network.score_scale
    polarity = (network.polarity_theme + network.polarity_shared.weight).reshape(n * 3, hidden)
    every = graph.weight("heads.weight", torch.cat([query, network.presence, polarity]).T)
    sizes = graph.weight("heads.sizes", np.array([n + 2, n, n * 3]))
    scores, present, signs = graph.add("Split", graph.one("MatMul", x, every), sizes, results=3, axis=-1)
    attention = graph.one("Softmax", scores, axis=1)
    themes, pooling = graph.add("Split", attention, graph.weight("kinds", np.array([n, 2])), results=2, axis=-1)

    present = graph.one("Add", present, graph.weight("presence.bias", network.presence_bias))
    graph.one("ReduceSum", graph.one("Mul", themes, present), tokens, keepdims=0, result="themes")
    pull = graph.one("Exp", graph.one("Mul", present, graph.weight("pull", np.float32(1 / EVIDENCE_SCALE))))
    graph.one("Transpose", graph.one("Mul", themes, pull), perm=[0, 2, 1], result="weight")

    shape = graph.weight("polarity.shape", np.array([0, 0, n, 3]))
    signs = graph.one("Reshape", signs, shape)
    looked = graph.one("Unsqueeze", themes, graph.weight("last_axis", np.array([-1])))
    summed = graph.one("ReduceSum", graph.one("Mul", looked, signs), tokens, keepdims=0)
    graph.one("Add", summed, graph.weight("polarity.bias", network.polarity_shared.bias), result="polarity")

    pooled = graph.one("MatMul", graph.one("Transpose", pooling, perm=[0, 2, 1]), x)
    halves = graph.add("Split", pooled, results=2, axis=1, num_outputs=2)
    for name, half, head in zip(("sentiment", "emotion"), halves, (network.sentiment, network.emotion), strict=True):
        row = graph.one("Squeeze", half, tokens)
        weights = graph.weight(f"{name}.weight", head.weight.T), graph.weight(f"{name}.bias", head.bias)
        graph.one("Gemm", row, *weights, result=name)
    return {
        "themes": ["batch", n],
        "polarity": ["batch", n, 3],
        "sentiment": ["batch", network.sentiment.out_features],
        "emotion": ["batch", network.emotion.out_features],
        "weight": ["batch", n, "tokens"],
        "embedding": ["batch", hidden],
        "states": ["batch", "tokens", hidden],
    }


def export(network: AnalystNetwork, table: Q4Table, path: Path) -> None:
    """Write ``path`` (``model.onnx``) from a trained network and the base's kept word table.

    The file takes ``input_ids`` (batch, tokens) of comments of the same length and gives logits
    ``themes`` (batch, n_themes), ``polarity`` (batch, n_themes, 3), ``sentiment`` (batch, 4) and
    ``emotion`` (batch, n_emotions), the evidence ``weight`` of each token for each theme (batch,
    n_themes, tokens), the ``embedding`` (batch, hidden) of unit length and the token ``states``
    (batch, tokens, hidden). What is not asked for is not computed.

    Raises
    ------
    ValueError
        If the network's word table is not the one in ``table`` (it was trained, or rows were reordered).
    """
    if not np.array_equal(network.encoder.embeddings.word_embeddings.weight.detach().numpy(), table.dense()):
        raise ValueError("the word table of the network is not the 4-bit table of the base")
    graph = _Graph()
    with torch.no_grad():
        outputs = _heads(graph, network, _states(graph, network.encoder, table))
    model = graph.model(outputs)
    onnx.checker.check_model(model, full_check=False)
    onnx.save(model, str(path))
