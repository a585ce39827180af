"""The recipe on a tiny network: every step that builds the shipped model runs here in seconds."""

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="rebuilding the model needs the extra 'train'")
pytest.importorskip("transformers")
pytest.importorskip("onnx")

from voices.taxonomy import EMOTIONS, SENTIMENTS, THEMES  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")

WORDS = ["<s>", "<pad>", "</s>", "<unk>", "▁queue", "▁long", "▁staff", "▁friendly", "▁pay", "▁low", "▁query", ":", "▁"]


def tiny_network():
    from transformers import BertConfig, BertModel

    from voices.training.network import AnalystNetwork

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, type_vocab_size=1, pad_token_id=1,
    )  # fmt: skip
    return AnalystNetwork(BertModel(config, add_pooling_layer=False), n_themes=len(THEMES), n_emotions=len(EMOTIONS))


@pytest.fixture
def tokenizer():
    pytest.importorskip("sentencepiece")
    from voices.training.base import build_tokenizer

    return build_tokenizer(WORDS, [0.0, 0, 0, 0, *[-float(i) for i in range(1, len(WORDS) - 3)]])


def rows():
    from voices.training.data import Row

    made = []
    for n in range(60):
        text, theme, sign = [
            ("queue long", "workload", "negative"),
            ("staff friendly", "engagement", "positive"),
            ("pay low", "compensation", "negative"),
        ][n % 3]
        made.append(Row(str(n), str(n), "customer", "en", text, None, sign, "none", {theme: sign}))
    return made


def test_tiny_network_learns_what_it_is_shown(tokenizer):
    from voices.training.fit import Recipe, encode, fit
    from voices.training.network import theme_logits

    network = tiny_network()
    words = network.encoder.embeddings.word_embeddings.weight.detach().clone()
    recipe = Recipe(
        batch_size=12,
        warm_up_epochs=1,
        coded_epochs=60,
        replay=0,
        encoder_rate=3e-3,
        head_rate=1e-2,
        bfloat16=False,
        lower_case=0,
    )
    fit(network, tokenizer, rows(), [], recipe)
    assert torch.equal(words, network.encoder.embeddings.word_embeddings.weight)
    with torch.inference_mode():
        output = network(*encode(tokenizer, rows()[:3]))
    presence, polarity = theme_logits(output)
    assert [THEMES[i] for i in presence.argmax(dim=1)] == ["workload", "engagement", "compensation"]
    assert [SENTIMENTS[i] for i in output.sentiment.argmax(dim=1)] == ["negative", "positive", "negative"]
    assert int(polarity[0, THEMES.index("workload")].argmax()) == 1


def test_exported_file_says_what_the_network_says(tmp_path):
    import onnxruntime

    from voices.training.base import BLOCK, Q4Table
    from voices.training.export import export
    from voices.training.network import HeadOutput

    network = tiny_network().eval()
    rng = np.random.default_rng(1)
    table = Q4Table(
        rng.integers(0, 16, (len(WORDS), 32)).astype(np.uint8), rng.random((len(WORDS), 32 // BLOCK)).astype(np.float32)
    )
    with torch.no_grad():
        network.encoder.embeddings.word_embeddings.weight.copy_(torch.from_numpy(table.dense()))
        network.presence.normal_()
    export(network, table, tmp_path / "model.onnx")
    ids, mask = np.array([[0, 4, 5, 2], [0, 6, 2, 1]]), np.array([[1, 1, 1, 1], [1, 1, 1, 0]])
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    got = dict(zip(HeadOutput._fields, session.run(None, {"input_ids": ids, "attention_mask": mask}), strict=True))
    with torch.inference_mode():
        want = network(torch.tensor(ids), torch.tensor(mask))._asdict()
    for name, value in want.items():
        assert got[name].shape == tuple(value.shape), name
        assert np.abs(got[name] - value.numpy()).max() < 0.15, name
    assert np.allclose(got["attention"].sum(axis=-1), 1, atol=1e-5)
    assert np.all(got["attention"][1, :, 3] < 1e-6)


def test_a_word_table_that_was_trained_is_refused(tmp_path):
    from voices.training.base import BLOCK, Q4Table
    from voices.training.export import export

    table = Q4Table(np.zeros((len(WORDS), 32), np.uint8), np.ones((len(WORDS), 32 // BLOCK), np.float32))
    with pytest.raises(ValueError, match="not the 4-bit table"):
        export(tiny_network(), table, tmp_path / "model.onnx")


def test_q4_blocks_are_unpacked_as_documented():
    from voices.training.base import BLOCK, _read_q4

    values = np.arange(BLOCK) % 16
    block = np.float16(0.5).tobytes() + bytes((values[:16] | (values[16:] << 4)).astype(np.uint8))
    table = _read_q4(block, 0, 1, BLOCK)
    assert np.array_equal(table.dense()[0], (values - 8) * 0.5)


def test_split_keeps_a_text_and_its_translation_together():
    from voices.training.data import Row, split_held_out

    made = [
        Row(f"{n}-{lang}", str(n), "customer", lang, f"text {n} {lang}", themes={})
        for n in range(100)
        for lang in ("en", "nl")
    ]
    train, held = split_held_out(made, share=0.2, seed=1)
    assert len(held) == 40
    assert {row.group for row in train}.isdisjoint(row.group for row in held)
    assert split_held_out(made, share=0.2, seed=1) == (train, held)


def test_thresholds_follow_the_scores_and_shrink_to_the_common_one():
    from voices.training.calibrate import calibration_error, theme_thresholds

    rng = np.random.default_rng(1)
    present = rng.random((4000, len(THEMES))) < 0.2
    chance = np.clip(present * 0.5 + rng.random(present.shape) * 0.45, 0, 1)
    found = theme_thresholds(chance, present)
    assert all(0.4 <= t <= 0.55 for t in found.values())
    honest = rng.random(20_000)
    assert calibration_error(honest, rng.random(20_000) < honest) < 0.02
    assert calibration_error(honest**3, rng.random(20_000) < honest) > 0.1


def test_questions_and_sources(tmp_path):
    import json

    from voices.training import data

    items = [
        {
            "id": str(n),
            "voice": "employee",
            "lang": "en",
            "text": f"text {n}",
            "source": source,
            "sentiment": "positive",
            "weak": True,
        }
        for n, source in enumerate(["a", "b"] * 20)
    ]
    path = tmp_path / "sentiment_train.jsonl"
    path.write_text("\n".join(map(json.dumps, items)))
    rows = data.public_rows(path, random.Random(1), n_weak=100, n_fabsa=0, exclude_sources=["b"])
    assert {row.source for row in rows} == {"a"}
    assert {row.question for row in rows} > {None}
    for row in data.question_rows():
        asked_for_faults = row.question in data.NEGATIVE_QUESTIONS
        assert row.sentiment == ("positive" if asked_for_faults else "negative")
