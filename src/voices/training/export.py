"""Write the trained analyst as one small ONNX file: int8 encoder, 4-bit word table, exact heads."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from voices.training.base import BLOCK, Q4Table
from voices.training.network import AnalystNetwork, HeadOutput

OUTPUTS = HeadOutput._fields


def export_float(network: AnalystNetwork, path: Path) -> None:
    """Trace the network in evaluation mode and write it in float32."""
    network.eval()
    ids = torch.tensor([[0, 3, 3, 3, 2], [0, 3, 3, 2, 1]])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
    axes = {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask")}
    axes |= {name: {0: "batch"} for name in OUTPUTS}
    for name in ("attention", "presence", "polarity"):
        axes[name][2] = "tokens"
    torch.onnx.export(
        network,
        (ids, mask),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=list(OUTPUTS),
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def fuse_layers(source: Path, target: Path, *, n_heads: int, hidden: int) -> None:
    """Join the steps of attention, GELU and layer norm into one operator each: the same sums, faster."""
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False  # the word table is replaced later, and must stay a node of its own
    fused = optimizer.optimize_model(
        str(source), model_type="bert", num_heads=n_heads, hidden_size=hidden, optimization_options=options, opt_level=0
    )
    fused.save_model_to_file(str(target))


def quantise_encoder(source: Path, target: Path) -> None:
    """Store the encoder's matrices in int8, one scale per output channel; heads stay in float32.

    The weights use 7 of the 8 bits: products of full 8-bit values saturate on processors without
    VNNI instructions, and two machines would give different codes. (Unsigned weights would not
    saturate either, but run at 0.6 times the speed.)
    """
    graph = onnx.load(str(source)).graph
    weights = {initialiser.name for initialiser in graph.initializer}
    layers = [n for n in graph.node if n.op_type == "MatMul" and n.name.startswith("/encoder/encoder/layer")]
    chosen = [n.name for n in layers if weights.intersection(n.input)]
    chosen += [n.name for n in graph.node if n.op_type == "Attention"]
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul", "Attention"],
        nodes_to_quantize=chosen,
        # Shape inference does not know the fused operators.
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )


def pack_word_table(source: Path, target: Path, table: Q4Table) -> None:
    """Replace the float32 word table by the 4-bit blocks that it came from; nothing is lost.

    Raises
    ------
    ValueError
        If the graph's table is not the one in ``table`` (it was trained, or rows were reordered).
    """
    model = onnx.load(str(source))
    graph = model.graph
    dense = table.dense()
    initialiser = next(i for i in graph.initializer if tuple(i.dims) == dense.shape)
    if not np.array_equal(numpy_helper.to_array(initialiser), dense):
        raise ValueError("the word table of the graph is not the 4-bit table of the base")
    gather = next(n for n in graph.node if n.op_type == "Gather" and n.input[0] == initialiser.name)
    flat = table.nibbles.reshape(-1)
    signed = (flat ^ 8).astype(np.uint8)  # 0..15 with zero at 8 -> two's complement of 4 bits
    packed = (signed[0::2] | (signed[1::2] << 4)).astype(np.uint8)
    data = helper.make_tensor("word_table_q4", TensorProto.INT4, dense.shape, packed.tobytes(), raw=True)
    scales = numpy_helper.from_array(table.scales.astype(np.float32), "word_table_scales")
    replacement = helper.make_node(
        "GatherBlockQuantized",
        ["word_table_q4", gather.input[1], "word_table_scales"],
        list(gather.output),
        name="word_table",
        domain="com.microsoft",
        gather_axis=0,
        quantize_axis=1,
        block_size=BLOCK,
    )
    index = list(graph.node).index(gather)
    graph.node.remove(gather)
    graph.node.insert(index, replacement)
    graph.initializer.remove(initialiser)
    graph.initializer.extend([data, scales])
    # INT4 tensors need opset 21; nothing else that the graph uses changed between 17 and 21.
    model.ir_version = max(model.ir_version, 10)
    for opset in model.opset_import:
        if opset.domain == "":
            opset.version = 21
    if not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, str(target))


def export(network: AnalystNetwork, table: Q4Table, path: Path) -> None:
    """Write ``path`` (``model.onnx``) from a trained network and the base's kept word table."""
    with tempfile.TemporaryDirectory() as folder:
        plain, fused, small = (Path(folder) / name for name in ("float.onnx", "fused.onnx", "int8.onnx"))
        export_float(network, plain)
        config = network.encoder.config
        fuse_layers(plain, fused, n_heads=config.num_attention_heads, hidden=config.hidden_size)
        quantise_encoder(fused, small)
        pack_word_table(small, path, table)
