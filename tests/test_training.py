"""The recipe on a tiny network: every step that builds the shipped model runs here in seconds."""

import random
from dataclasses import replace

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
    from voices.training.fit import Recipe, Stage, encode, fit
    from voices.training.network import theme_logits

    network = tiny_network()
    words = network.encoder.embeddings.word_embeddings.weight.detach().clone()
    recipe = Recipe(batch_size=12, bfloat16=False, lower_case=0)
    stage = Stage("tiny", epochs=60, replay=0, encoder_rate=3e-3, head_rate=1e-2, average=0.9)
    fit(network, tokenizer, rows(), [], stage, recipe)
    assert torch.equal(words, network.encoder.embeddings.word_embeddings.weight)
    with torch.inference_mode():
        output = network(*encode(tokenizer, rows()[:3]))
    presence, polarity = theme_logits(output)
    assert [THEMES[i] for i in presence.argmax(dim=1)] == ["workload", "engagement", "compensation"]
    assert [SENTIMENTS[i] for i in output.sentiment.argmax(dim=1)] == ["negative", "positive", "negative"]
    assert int(polarity[0, THEMES.index("workload")].argmax()) == 1


def test_a_run_that_was_cut_off_ends_as_a_whole_one(tokenizer, tmp_path, monkeypatch):
    from voices.training import fit as module
    from voices.training.fit import Recipe, Stage, fit

    recipe = Recipe(batch_size=12, bfloat16=False)
    stage = Stage("tiny", epochs=4, replay=20, encoder_rate=1e-3, head_rate=1e-2, average=0.9)
    public = [replace(row, id=f"p{row.id}", themes=None) for row in rows()]
    whole = tiny_network()
    fit(whole, tokenizer, rows(), public, stage, recipe)

    class CutOffError(Exception):
        pass

    kept = module._Run.save

    def save_and_stop(self, path, made_of, n_epochs):
        kept(self, path, made_of, n_epochs)
        if n_epochs == 2:
            raise CutOffError

    checkpoint = tmp_path / "tiny.pt"
    monkeypatch.setattr(module._Run, "save", save_and_stop)
    with pytest.raises(CutOffError):
        fit(tiny_network(), tokenizer, rows(), public, stage, recipe, checkpoint=checkpoint)
    monkeypatch.setattr(module._Run, "save", kept)
    resumed = tiny_network()
    steps = []
    monkeypatch.setattr(
        module._Run, "step", lambda self, loss, step=module._Run.step: (steps.append(1), step(self, loss))
    )
    fit(resumed, tokenizer, rows(), public, stage, recipe, checkpoint=checkpoint)
    assert len(steps) == 2 * 7  # the last two epochs of 80 rows
    for name, value in whole.state_dict().items():
        assert torch.allclose(value, resumed.state_dict()[name], atol=1e-6), name

    steps.clear()
    fit(tiny_network(), tokenizer, rows()[:48], public, stage, recipe, checkpoint=checkpoint)
    assert len(steps) == 4 * 6  # other rows: nothing of the checkpoint is used


def known_table():
    from voices.training.base import BLOCK, Q4Table

    rng = np.random.default_rng(1)
    nibbles = rng.integers(0, 16, (len(WORDS), 32)).astype(np.uint8)
    return Q4Table(nibbles, rng.random((len(WORDS), 32 // BLOCK)).astype(np.float32))


@pytest.fixture
def exported(tmp_path):
    """A tiny network and the session of its exported file."""
    import onnxruntime

    from voices.training.export import export

    network = tiny_network().eval()
    with torch.no_grad():
        network.encoder.embeddings.word_embeddings.weight.copy_(torch.from_numpy(known_table().dense()))
        for parameter in (network.presence, network.polarity_theme):
            parameter.normal_()
    export(network, known_table(), tmp_path / "model.onnx")
    return network, onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])


def said(session, ids):
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"input_ids": np.array(ids)}), strict=True))


def test_exported_file_says_what_the_network_says(exported):
    from voices.training.network import theme_logits

    network, session = exported
    ids = [[0, 4, 5, 2], [0, 6, 7, 2]]
    got = said(session, ids)
    with torch.inference_mode():
        output = network(torch.tensor(ids), torch.ones(2, 4, dtype=torch.int64))
        states = network.encoder(torch.tensor(ids), torch.ones(2, 4)).last_hidden_state
    presence, polarity = theme_logits(output)
    want = {"themes": presence, "polarity": polarity, "states": states}
    want |= {name: getattr(output, name) for name in ("sentiment", "emotion", "embedding")}
    want["weight"] = output.attention * (output.presence / 4).exp()
    assert want.keys() == got.keys()
    for name, value in want.items():
        assert got[name].shape == tuple(value.shape), name
        assert np.abs(got[name] - value.numpy()).max() < 0.12, name  # rounding to int8
        assert np.corrcoef(got[name].ravel(), value.numpy().ravel())[0, 1] > 0.995, name


def test_a_comment_is_coded_the_same_alone_and_among_others(exported):
    _, session = exported
    ids = np.random.default_rng(2).integers(4, len(WORDS), (17, 9))
    together = said(session, ids)
    for row in (0, 8, 16):
        alone = said(session, ids[row : row + 1])
        for name, value in alone.items():
            assert np.abs(value[0] - together[name][row]).max() < 1e-5, name


def test_columns_are_rounded_to_seven_bits_of_their_own_scale():
    from voices.training.export import quantise_columns

    weight = np.random.default_rng(3).normal(size=(64, 5)).astype(np.float32) * [1, 10, 100, 1e-3, 0]
    steps, scale = quantise_columns(weight.astype(np.float32))
    assert np.abs(steps).max() == 63
    assert np.all(np.abs(steps * scale - weight) <= scale / 2 + 1e-7)


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
    rows = data.public_rows(path, random.Random(1), n_weak=100, exclude_sources=["b"])
    assert {row.source for row in rows} == {"a"}
    assert {row.question for row in rows} > {None}
    for row in data.nothing_rows():
        asked_for_faults = row.question in data.NEGATIVE_QUESTIONS
        assert row.sentiment == ("positive" if asked_for_faults else "negative")
    for row in data.fragment_rows():
        sign = (
            {True: "negative", False: "positive"}[row.question in data.NEGATIVE_QUESTIONS]
            if row.question
            else "neutral"
        )
        assert (row.sentiment, set(row.themes.values())) == (sign, {sign})


def test_rows_that_are_part_of_what_is_measured_on_are_left_out():
    from voices.training.data import not_in

    texts = [
        "The queue was long.",
        "the queue was long.  And nobody came to help us.",
        "Good",
        "Nobody came to  help us.",
    ]
    made = [replace(row, text=text) for row, text in zip(rows(), texts, strict=False)]
    gold = ["The queue was long. And nobody came to help us. Never again."]
    assert [row.text for row in not_in(made, gold)] == ["The queue was long.", "Good"]
    assert [row.text for row in not_in(made, ["good"])] == [t for t in texts if t != "Good"]


def test_public_aspects_become_themes_with_polarity():
    from voices.training.data import aspect_themes

    assert aspect_themes(["FOOD#QUALITY=positive", "FOOD#PRICES=negative", "SERVICE#GENERAL=negative"]) == {
        "product": "positive", "price": "negative",
    }  # fmt: skip
    assert aspect_themes(["online-experience.app-website.-1", "account-management.account-access.1"]) == {
        "process": "neutral"
    }


def test_tables_that_come_with_the_recipe_hold_known_labels_and_no_text_of_others(tmp_path):
    import json

    from voices.taxonomy import POLARITIES
    from voices.training import data

    written = data.written_rows()
    assert len(written) > 1500
    assert {row.lang for row in written} == {"en", "nl"}
    codes = list(data.read_table("more_codes.tsv"))
    assert set(codes[0]) == {"id", "sentiment", "emotion", "themes"}
    public = tmp_path / "sentiment_train.jsonl"
    public.write_text(
        "\n".join(
            json.dumps({"id": i, "voice": "customer", "lang": "en", "text": f"text {n}", "source": "s"})
            for n, i in enumerate([codes[0]["id"], "unknown"])
        )
    )
    (recoded,) = data.recoded_rows(public)
    assert recoded.text == "text 0"
    for row in [*written, recoded]:
        assert row.sentiment in SENTIMENTS
        assert row.emotion in EMOTIONS
        assert set(row.themes) <= set(THEMES)
        assert set(row.themes.values()) <= set(POLARITIES)
    change = next(data.read_table("corrections.tsv"))
    before = replace(written[0], id=change["id"], themes={"price": "neutral"})
    (after,) = data.corrected([before])
    assert after.sentiment == change["sentiment"]
    assert after.themes != before.themes
    assert data.corrected(written[:3]) == written[:3]


def test_the_curve_gives_back_the_chances_that_logits_were_made_from():
    from voices.training import calibrate

    rng = np.random.default_rng(5)
    logits = rng.normal(-3, 3, (3000, len(THEMES)))
    chance = 0.8 / (1 + np.exp(-logits))  # no temperature can say this
    present = rng.random(chance.shape) < chance
    curve = calibrate.theme_curve(logits, present)
    x, y = zip(*curve, strict=True)
    assert list(x) == sorted(set(x))
    assert list(y) == sorted(set(y))
    assert np.abs(calibrate.on_curve(logits, curve) - chance).mean() < 0.01
    assert calibrate.calibration_error(calibrate.on_curve(logits, curve).ravel(), present.ravel()) < 0.01


def test_temperatures_confusion_and_the_cut_for_review():
    from voices.training import calibrate

    rng = np.random.default_rng(4)
    truth = rng.normal(size=(5000, 3)) * 2
    chance = np.exp(truth) / np.exp(truth).sum(axis=1, keepdims=True)
    want = np.array([rng.choice(3, p=row) for row in chance])
    assert calibrate.class_temperature(truth * 2.5, want) == pytest.approx(2.5, rel=0.1)
    unknown = np.r_[want[:-1], -1]
    assert calibrate.class_temperature(truth * 2.5, unknown) == pytest.approx(2.5, rel=0.1)
    found, actual = np.zeros((10, len(THEMES)), bool), np.zeros((10, len(THEMES)), bool)
    found[:4, 0], actual[2:9, 0] = True, True
    assert calibrate.confusion(found, actual)[THEMES[0]] == {
        "true_positive": 2, "false_positive": 2, "false_negative": 5, "true_negative": 1,
    }  # fmt: skip
    bins = calibrate.reliability(np.array([0.05, 0.06, 0.95]), np.array([0, 1, 1]))
    assert [b["n"] for b in bins] == [2, 1]
    assert bins[0]["frequency"] == 0.5
    doubts = rng.random(1000)
    assert (doubts > calibrate.review_cut(doubts, share=0.2)).mean() == pytest.approx(0.2, abs=0.01)
