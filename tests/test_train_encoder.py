"""Heads on another maker's sentence encoder: a tiny network that is made here."""

import json
import random
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="sentence encoders need the extra 'hub'")
transformers = pytest.importorskip("transformers")

from voices import cli  # noqa: E402
from voices.analyst import open_analyst  # noqa: E402
from voices.encoder import SentenceEncoder  # noqa: E402
from voices.errors import InputError, MissingExtraError, ModelError  # noqa: E402
from voices.hub import describe_encoder  # noqa: E402
from voices.models import file_sha256, find  # noqa: E402
from voices.own_codes import train  # noqa: E402
from voices.prepare import prepare  # noqa: E402
from voices.types import Comment  # noqa: E402

WORDS = (
    "query : we saw the blue red green house table chair car today again there and a was it at site soup cold".split()
)
COLOURS = {"red": "warm colours", "blue": "cool colours"}


def make_encoder(folder, *, kind="BertModel", seed=1, **files):
    """Save a network of one layer with random weights, a tokenizer of whole words, and other files beside it."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(special + WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=48, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=64, pad_token_id=0, initializer_range=1.0,
    )  # fmt: skip
    getattr(transformers, kind)(config).save_pretrained(folder)
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


def records(n=160):
    """Invented comments; which colour is named decides on the theme, the thing that is named does not."""
    rng, made = random.Random(4), []
    for number in range(n):
        colour = rng.choice(["red", "blue", "green"])
        text = f"We saw the {colour} {rng.choice(['house', 'table', 'chair', 'car'])} today at site {number}"
        themes = {COLOURS[colour]: "neutral"} if colour in COLOURS else {}
        made.append({"id": str(number), "voice": "customer", "text": text, "sentiment": "neutral", "themes": themes})
    return made


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return make_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def gold(tmp_path_factory):
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, records())), encoding="utf8")
    return path


@pytest.fixture(scope="module")
def fitted(encoder, gold, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "ours"
    return train([gold], out, model=str(encoder), prefix="query: ", device="cpu", threads=1)


def code(model, *texts):
    comments = [Comment(str(n), "customer", "f", n, text) for n, text in enumerate(texts)]
    return open_analyst(str(model), device="cpu", threads=1).code(prepare(comments))


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["voices", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def states_of(folder, text):
    tokenizer, model = (getattr(transformers, k).from_pretrained(folder) for k in ("AutoTokenizer", "AutoModel"))
    with torch.no_grad():
        return model.eval()(**tokenizer(text, return_tensors="pt", truncation=True, max_length=62)).last_hidden_state[0]


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_vectors_are_pooled_over_the_words_and_not_over_padding(encoder, pooling):
    texts = ["the red car", "we saw the blue house and the green table again and again " * 3, "soup", "cold " * 200]
    found = SentenceEncoder(encoder, prefix="query: ", pooling=pooling).vectors(texts)
    for text, vector in zip(texts, found, strict=True):
        states = states_of(encoder, f"query: {text}").numpy()
        expected = states.mean(axis=0) if pooling == "mean" else states[0]
        assert vector == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)
    assert SentenceEncoder(encoder).vectors([]).shape == (0, 48)


def test_heads_read_the_encoder(fitted):
    assert fitted.metrics["groups"]["all"]["theme_micro_f1"] > 0.9
    with np.load(fitted.out / "heads.npz") as arrays:
        assert arrays["themes"].shape == (48 + 17 + 4 + 1, 2)
        assert arrays["pull"].shape[0] == 384
    red, blue, green = code(fitted.out, *(f"We saw the {c} car today at site 200" for c in ("red", "blue", "green")))
    assert [m.theme for m in red.mentions] == ["warm colours"]
    assert [m.theme for m in blue.mentions] == ["cool colours"]
    assert green.mentions == ()


def test_evidence_and_emotion_are_those_of_the_shipped_model(fitted, analyst):
    text = "There was soup. We saw the red car today."
    (found,) = code(fitted.out, text)
    segments = {m.theme: m.segment for m in found.mentions}
    assert segments["warm colours"] == "We saw the red car today."
    (ours,) = analyst.code(prepare([Comment("0", "customer", "f", 0, text)]))
    assert found.emotion == ours.emotion


def test_codes_do_not_depend_on_order_or_neighbours(fitted):
    texts = ["We saw the red car", "We saw the blue house and the green table again and again " * 3, "Soup", "It was"]
    together = {c.comment.text: (c.sentiment, [m.theme for m in c.mentions]) for c in code(fitted.out, *texts)}
    backwards = {c.comment.text: (c.sentiment, [m.theme for m in c.mentions]) for c in code(fitted.out, *texts[::-1])}
    alone = {t: (c.sentiment, [m.theme for m in c.mentions]) for t in texts for c in code(fitted.out, t)}
    assert together == backwards == alone


def test_the_description_says_which_encoder_and_how(fitted, encoder):
    model = find(str(fitted.out))
    assert model.encoder == {
        "name": str(encoder), "sha256": file_sha256(encoder / "model.safetensors"), "prefix": "query: ",
        "pooling": "mean",
    }  # fmt: skip
    assert model.base.name == "voices-small"


def test_prefix_and_pooling_are_those_that_the_encoder_names(tmp_path):
    folder = make_encoder(
        tmp_path / "e", kind="BertForMaskedLM", modules=[], config_sentence_transformers={
            "prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": "passage"},
        **{"1_Pooling__config": {"pooling_mode_cls_token": True}},
    )  # fmt: skip
    described = describe_encoder(str(folder))
    assert (described["prefix"], described["pooling"]) == ("passage: ", "cls")
    assert describe_encoder(str(folder), prefix="")["prefix"] == ""


def test_the_command_trains_and_classifies(encoder, gold, tmp_path, monkeypatch, capsys):
    arguments = ("train", "--model", encoder, "--gold", gold, "--out", tmp_path / "m", "--device", "cpu", "--quiet")
    assert call(monkeypatch, capsys, *arguments) == (0, "", "")
    (tmp_path / "s.csv").write_text(
        "id,comment\n1,We saw the red car today at site 200\n2,We saw the green car today at site 201\n"
    )
    arguments = ("classify", tmp_path / "s.csv", "--voice", "customer", "--model", tmp_path / "m", "--device", "cpu")
    status, out, err = call(monkeypatch, capsys, *arguments)
    assert (status, f"Model: m, heads on voices-small and {encoder}" in err) == (0, True)
    first, second = map(json.loads, out.splitlines())
    assert [m["theme"] for m in first["themes"]] == ["warm colours"]
    assert second["themes"] == []
    assert call(monkeypatch, capsys, "models", "verify", tmp_path / "m")[0] == 0


def test_an_encoder_without_heads_says_what_to_do(encoder, tmp_path, monkeypatch, capsys):
    (tmp_path / "s.csv").write_text("id,comment\n1,We saw the red car\n2,Fine\n")
    arguments = ("classify", tmp_path / "s.csv", "--voice", "customer", "--model", encoder, "--device", "cpu")
    status, out, err = call(monkeypatch, capsys, *arguments)
    assert (status, out, len(err.splitlines())) == (3, "", 1)
    assert f"A sentence encoder needs heads: voices train --model {encoder} --gold CODED --out DIR" in err


def test_other_kinds_are_refused(tmp_path, gold):
    for kind in ("BertForSequenceClassification", "BertForTokenClassification"):
        folder = make_encoder(tmp_path / kind, kind=kind)
        with pytest.raises(ModelError, match=f"is of kind {kind}; heads are fitted on"):
            train([gold], tmp_path / "out", model=str(folder))
    with pytest.raises(InputError, match="neither a shipped model"):
        train([gold], tmp_path / "out", model="no-such-model")


def test_an_encoder_that_is_gone_or_changed_is_refused(fitted, encoder, tmp_path, monkeypatch, capsys):
    described = json.loads((fitted.out / "analyst.json").read_text(encoding="utf8"))
    (tmp_path / "heads.npz").write_bytes((fitted.out / "heads.npz").read_bytes())
    for change, message in (
        ({"sha256": "0" * 64}, r"not the weights that these heads were fitted on \(sha256 000000000000, here is"),
        ({"name": str(tmp_path / "gone")}, "gone: the encoder of these heads is not there"),
    ):
        other = described | {"encoder": described["encoder"] | change}
        (tmp_path / "analyst.json").write_text(json.dumps(other), encoding="utf8")
        with pytest.raises(ModelError, match=message):
            open_analyst(str(tmp_path))
        assert call(monkeypatch, capsys, "models", "verify", tmp_path)[0] == 3


def test_the_base_of_such_heads_is_not_trained_on(fitted, encoder, gold, tmp_path):
    with pytest.raises(InputError, match=f"--model {encoder}"):
        train([gold], tmp_path / "out", model=str(fitted.out))


def test_a_missing_extra_says_what_to_install(fitted, encoder, gold, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtraError, match=r"needs 'transformers'.*voices\[hub\]"):
        train([gold], tmp_path / "out", model=str(encoder))
    with pytest.raises(MissingExtraError, match=r"voices\[hub\]"):
        open_analyst(str(fitted.out))
