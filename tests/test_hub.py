"""Other makers' models beside the shipped one, on tiny networks that are made here."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch", reason="other models need the extra 'hub'")
transformers = pytest.importorskip("transformers")

import voices  # noqa: E402
from voices import cli  # noqa: E402
from voices.analyst import open_analyst  # noqa: E402
from voices.errors import InputError, MissingExtraError, ModelError  # noqa: E402
from voices.foreign import DIGITS, ENTAILED, ThemesPart, hypothesis  # noqa: E402
from voices.hub import is_foreign, open_foreign, sentiment_of  # noqa: E402
from voices.models import file_sha256, find  # noqa: E402
from voices.prepare import prepare  # noqa: E402
from voices.taxonomy import SENTIMENTS, themes_of  # noqa: E402
from voices.types import Comment  # noqa: E402

TEXTS = [
    "Friendly staff and a lovely shop. The queue was endless and nobody came to help us.",
    "Te duur",
    "The staff were friendly",
    "De rij bij de kassa was veel te lang. Vriendelijk personeel, maar de winkel was vies.",
    "👍👍",
    "-",
    "Le personnel était très aimable mais la file d'attente était vraiment longue",
]
WORDS = (
    "friendly staff and a lovely shop the queue was endless nobody came to help us te duur were de rij bij kassa veel "
    "lang vriendelijk personeel maar winkel vies this is about positive negative dit gaat over waiting price premises "
    "trust"
).split()


def make_model(folder, labels, *, kind="BertForSequenceClassification", positions=64, seed=1):
    """Save a network of one layer with random weights and a tokenizer of whole words."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer = Tokenizer(
        models.WordLevel({word: i for i, word in enumerate(dict.fromkeys(special + WORDS))}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=positions, pad_token_id=0, initializer_range=1.0,
        id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)},
    )  # fmt: skip
    getattr(transformers, kind)(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def stars(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("stars"), [f"{n} star{'s' * (n > 1)}" for n in range(1, 6)])


@pytest.fixture(scope="module")
def nli(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("nli"), ["contradiction", "neutral", "ENTAILMENT"], seed=7)


def prepared(*texts, voice="customer"):
    return prepare([Comment(str(n), voice, "f.csv", n + 2, text) for n, text in enumerate(texts)])


def alone(folder, *texts):
    """Give the probabilities of the labels for one text or pair, straight from transformers."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        encoded = tokenizer(*texts, return_tensors="pt", truncation=True, max_length=62)
        return model(**encoded).logits[0].double().softmax(-1).numpy()


def test_sentiment_is_the_models_and_the_rest_is_the_shipped_ones(stars, analyst):
    batch = prepared(*TEXTS)
    found, shipped = open_foreign(str(stars), base=analyst, device="cpu").code(batch), analyst.code(batch)
    for item, ours in zip(found[:5], shipped, strict=False):
        chances = alone(stars, item.comment.text)
        negative, neutral, positive = chances[:2].sum(), chances[2], chances[3:].sum()
        expected = {"positive": positive, "negative": negative, "neutral": neutral}
        assert item.sentiment == max(expected, key=expected.get)
        assert item.sentiment_score == pytest.approx(positive - negative, abs=1e-4)
        assert item.confidence == pytest.approx(max(expected.values()), abs=1e-4)
        assert (item.emotion, item.mentions) == (ours.emotion, ours.mentions)
    assert found[5:] == shipped[5:]
    assert len({item.sentiment for item in found[:5]}) > 1


def test_themes_are_what_the_segments_entail(nli, analyst):
    batch = prepared(*TEXTS)
    found, shipped = open_foreign(str(nli), base=analyst, device="cpu").code(batch), analyst.code(batch)
    n_mentions = 0
    for item, source, ours in zip(found, batch, shipped, strict=True):
        assert (item.sentiment, item.sentiment_score, item.emotion) == (
            ours.sentiment, ours.sentiment_score, ours.emotion,
        )  # fmt: skip
        chances = {
            theme: {s: alone(nli, s.text, hypothesis(source, theme, "theme"))[2] for s in source.segments}
            for theme in (themes_of("customer") if source.segments else ())
        }
        strongest = sorted((best for row in chances.values() if (best := max(row.values())) >= ENTAILED), reverse=True)
        assert [m.confidence for m in item.mentions] == pytest.approx(strongest[:5], abs=1e-4)
        for mention in item.mentions:
            n_mentions += 1
            assert item.comment.text[mention.start : mention.end] == mention.segment
            segment = next(s for s in source.segments if s.start == mention.start)
            assert mention.confidence == pytest.approx(chances[mention.theme][segment], abs=1e-4)
            likes, dislikes = (
                alone(nli, segment.text, hypothesis(source, mention.theme, sign))[2] >= ENTAILED
                for sign in ("positive", "negative")
            )
            expected = "neutral" if likes == dislikes else "positive" if likes else "negative"
            assert mention.polarity == expected
    assert n_mentions > 5


class Reader:
    """Entails what a keyword says."""

    def chances(self, texts, hypotheses):
        return np.array([[self.entails(*pair)] for pair in zip(texts, hypotheses, strict=True)]).reshape(-1, 1)

    def entails(self, text, claim):
        if "positive" in claim or "negative" in claim:
            return 0.9 * (("endless" in text) == ("negative" in claim))
        subject = {"queue": "about workload", "staff": "about engagement"}
        return max(
            (0.6 + len(text) / 1000 for word, start in subject.items() if word in text and start in claim), default=0
        )


def test_evidence_and_polarity_of_a_reader_of_keywords(analyst):
    text = "The staff were friendly to all of us. There was a queue. The queue was endless and it did not move at all."
    batch = prepared(text)
    (item,) = ThemesPart(entailment=0).recode(Reader(), batch, analyst.code(batch))
    found = {m.theme: m for m in item.mentions}
    assert set(found) == {"workload", "engagement"}
    assert "endless" in found["workload"].segment
    assert (found["workload"].polarity, found["engagement"].polarity) == ("negative", "positive")
    assert [m.confidence for m in item.mentions] == sorted((m.confidence for m in item.mentions), reverse=True)


def test_hypotheses_are_in_the_language_of_the_comment():
    english, dutch = prepared("The queue was far too long", "De rij was veel te lang")
    assert hypothesis(english, "price", "theme") == (
        "This is about price & value: price, value for money, fees, refunds and bills."
    )
    assert hypothesis(dutch, "price", "negative") == "Dit is negatief over prijs & waarde."


@pytest.mark.parametrize("kind", ["stars", "nli"])
def test_codes_do_not_depend_on_order_or_neighbours(kind, analyst, request, monkeypatch):
    monkeypatch.setattr("voices.foreign.PASS", 3)
    coder = open_foreign(str(request.getfixturevalue(kind)), base=analyst, device="cpu")

    def codes(items):
        return {
            item.comment.text: (
                item.sentiment,
                item.sentiment_score and pytest.approx(item.sentiment_score, abs=10**-DIGITS * 3),
                [(m.theme, m.polarity, m.segment) for m in item.mentions],
            )
            for item in items
        }

    together = codes(coder.code(prepared(*TEXTS)))
    assert together == codes(coder.code(prepared(*TEXTS[::-1])))
    assert together == {t: c for text in TEXTS for t, c in codes(coder.code(prepared(text))).items()}


def test_long_comments_are_cut_and_an_empty_batch_is_fine(stars, nli, analyst):
    for folder in (stars, nli):
        coder = open_foreign(str(folder), base=analyst, device="cpu")
        (item,) = coder.code(prepared("The queue was endless and nobody came to help us " * 40))
        assert item.sentiment in SENTIMENTS
        assert coder.code([]) == []


@pytest.mark.parametrize(
    ("label", "sentiment"),
    [
        ("Positive", "positive"), ("NEGATIEF", "negative"), ("neutraal", "neutral"), ("gemengd", "mixed"),
        ("POS", "positive"), ("NEU", "neutral"), ("NEG", "negative"), ("Very Negative", "negative"),
        ("1 star", "negative"), ("2", "negative"), ("3 sterren", "neutral"), ("4_stars", "positive"), ("5", "positive"),
        ("LABEL_1", None), ("0", None), ("6 stars", None), ("joy", None), ("not_entailment", None), ("", None),
    ],
)  # fmt: skip
def test_labels_name_sentiments(label, sentiment):
    assert sentiment_of(label) == sentiment


@pytest.mark.parametrize(
    ("labels", "kind", "error", "message"),
    [
        (["LABEL_0", "LABEL_1"], "BertForSequenceClassification", InputError, "LABEL_0, LABEL_1.*1 to 5 stars"),
        (["joy", "anger", "positive"], "BertForSequenceClassification", InputError, "joy, anger, positive"),
        (["1", "2", "3"], "BertForSequenceClassification", InputError, "do not name sentiments"),
        (["positive", "negative"], "BertForTokenClassification", ModelError, "BertForTokenClassification; possible is"),
        (["positive", "negative"], "BertModel", ModelError, "BertModel.*NLI model"),
    ],
)
def test_models_of_no_use_are_refused(tmp_path, analyst, labels, kind, error, message):
    make_model(tmp_path / "m", labels, kind=kind)
    with pytest.raises(error, match=message):
        open_foreign(str(tmp_path / "m"), base=analyst)


def test_damaged_folders_are_refused(stars, tmp_path, analyst):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(stars, copy)
    (copy / "model.safetensors").write_bytes(b"none")
    with pytest.raises(ModelError, match="copy: transformers cannot read the weights"):
        open_foreign(str(copy), base=analyst).load()
    (copy / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"has none of model\.safetensors"):
        open_foreign(str(copy), base=analyst)
    (copy / "config.json").write_text("[]")
    with pytest.raises(ModelError, match=r"config\.json cannot be read"):
        open_foreign(str(copy), base=analyst)


def test_which_names_are_of_other_makers(stars, tmp_path, monkeypatch):
    assert is_foreign(str(stars))
    assert is_foreign("owner/some-model_2.0")
    assert not any(
        map(is_foreign, ["voices-small", str(find().path), "big", "./big", "../up/big", "a/b/c", str(tmp_path)])
    )
    monkeypatch.chdir(tmp_path)
    (tmp_path / "owner" / "name").mkdir(parents=True)
    assert not is_foreign("owner/name")
    with pytest.raises(InputError, match=r"config\.json"):
        open_analyst("owner/name")


def test_devices(stars, analyst, monkeypatch):
    assert open_foreign(str(stars), base=analyst).device.startswith(("cpu", "cuda"))
    with pytest.raises(InputError, match="choose one of auto, cpu, cuda"):
        open_foreign(str(stars), base=analyst, device="tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="torch finds no CUDA device"):
        open_foreign(str(stars), base=analyst, device="cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert open_foreign(str(stars), base=analyst).device == f"cuda (half precision); voices-small: {analyst.device}"
    assert open_foreign(str(stars), base=analyst, device="cpu").device == analyst.device


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_half_precision_is_near(stars, analyst):
    slow, fast = (open_foreign(str(stars), base=analyst, device=d).code(prepared(*TEXTS)) for d in ("cpu", "cuda"))
    for one, other in zip(slow, fast, strict=True):
        assert one.sentiment_score == pytest.approx(other.sentiment_score, abs=0.01)


def run_cli(monkeypatch, capsys, *arguments):
    """Run the command line in this process: exit code, standard output, standard error."""
    monkeypatch.setattr(sys, "argv", ["voices", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    shown = capsys.readouterr()
    return stop.value.code or 0, shown.out, shown.err


def test_a_run_says_which_model_gave_what(stars, exports, tmp_path, monkeypatch, capsys):
    out = tmp_path / "q3"
    code, stdout, stderr = run_cli(
        monkeypatch, capsys, "run", "--customers", exports[1], "--out", out, "--model", stars, "--device", "cpu"
    )
    assert (code, stdout) == (0, "")
    assert f"Model: {stars.name} gave sentiment, voices-small all other codes" in stderr
    record = json.loads((out / "run.json").read_text())
    assert record["model"] == {
        "name": stars.name, "version": "local", "sha256": file_sha256(stars / "model.safetensors"),
        "languages": ["en", "nl"], "metrics": {}, "gives": "sentiment", "base": record["model"]["base"],
    }  # fmt: skip
    assert record["model"]["base"]["name"] == "voices-small"
    assert record["versions"]["transformers"] == transformers.__version__
    page = (out / "report.html").read_text()
    assert "Model that gave themes and emotion" in page
    assert f"voices-small {find().version}" in page


def test_quiet_is_quiet(nli, exports, tmp_path, monkeypatch, capsys):
    arguments = (
        "classify",
        exports[1],
        "--voice",
        "customer",
        "--out",
        tmp_path / "a.jsonl",
        "--model",
        nli,
        "--quiet",
    )
    assert run_cli(monkeypatch, capsys, *arguments) == (0, "", "")


def test_in_python(stars):
    frame = pd.DataFrame({"comment": TEXTS[:3]})
    coded = voices.classify(frame, voice="customer", model=str(stars))
    assert list(coded["sentiment_score"]) == [
        pytest.approx(c[3:].sum() - c[:2].sum(), abs=1e-3) for c in (alone(stars, text) for text in TEXTS[:3])
    ]
    assert voices.analyze(customers=frame, model=str(stars)).run["model"]["gives"] == "sentiment"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The client of the hub, with an empty cache."""
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return huggingface_hub


def classify(monkeypatch, capsys, tmp_path):
    (tmp_path / "f.csv").write_text("id,comment\n1,Fine shop\n2,Nice shop\n")
    arguments = ("classify", tmp_path / "f.csv", "--voice", "customer", "--model", "owner/name", "--device", "cpu")
    code, stdout, stderr = run_cli(monkeypatch, capsys, *arguments)
    return code, stdout, stderr.strip().splitlines()


def test_offline_is_one_line_and_exit_3(hub, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    assert classify(monkeypatch, capsys, tmp_path) == (
        3,
        "",
        [
            "error: --model owner/name: there is no such folder, and the Hugging Face hub could not be reached: "
            "OfflineModeIsEnabled. Download it on a machine with network: hf download owner/name --local-dir DIR, "
            "then give --model DIR"
        ],
    )


@pytest.mark.parametrize("refused", [True, False])
def test_a_hub_that_fails_is_asked_once(hub, monkeypatch, capsys, tmp_path, refused):
    import httpx2 as httpx

    asked = []
    request = httpx.Request("GET", "https://huggingface.co/api/models/owner/name")
    gone = hub.errors.RepositoryNotFoundError("401", response=httpx.Response(401, request=request))

    def fail(self, name, *, timeout):
        asked.append((name, timeout))
        raise gone if refused else httpx.ConnectError("Name or service not known")

    monkeypatch.setattr(hub.HfApi, "model_info", fail)
    code, _, lines = classify(monkeypatch, capsys, tmp_path)
    assert (code, len(lines), asked) == (3, 1, [("owner/name", 10)])
    assert ("unknown, private or gated" if refused else "could not be reached: ConnectError") in lines[0]
    assert "hf download owner/name" in lines[0]


def cache(hub, stars, revision):
    """Lay a model in the cache as the hub's client does."""
    import shutil
    from pathlib import Path

    home = Path(hub.constants.HF_HUB_CACHE) / "models--owner--name"
    shutil.copytree(stars, home / "snapshots" / revision)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(revision)
    return home / "snapshots" / revision


def test_a_model_that_was_downloaded_before_serves_offline(hub, stars, analyst, monkeypatch):
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    revision = "0f" * 20
    folder = cache(hub, stars, revision)
    model = open_foreign("owner/name", base=analyst, device="cpu").model
    assert (model.name, model.version) == ("owner/name", revision)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="could not be reached"):
        open_foreign("owner/name", base=analyst, device="cpu")


def test_what_is_downloaded(hub, stars, analyst, monkeypatch):
    from types import SimpleNamespace

    names = ["config.json", "tokenizer.json", "vocab.txt", "model.safetensors", "pytorch_model.bin",
             "training_args.bin", "onnx/config.json", "onnx/model.onnx", "README.md"]  # fmt: skip
    asked = {}

    def download(name, **options):
        asked.update(options, name=name)
        return str(cache(hub, stars, "ab" * 20))

    monkeypatch.setattr(
        hub.HfApi, "model_info",
        lambda self, name, timeout: SimpleNamespace(siblings=[SimpleNamespace(rfilename=n) for n in names]),
    )  # fmt: skip
    monkeypatch.setattr(hub, "snapshot_download", download)
    assert open_foreign("owner/name", base=analyst, device="cpu").model.version == "ab" * 20
    assert sorted(asked["allow_patterns"]) == ["config.json", "model.safetensors", "tokenizer.json", "vocab.txt"]


@pytest.mark.parametrize("missing", ["torch", "transformers", "huggingface_hub"])
def test_a_missing_extra_says_what_to_install(missing, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, missing, None)
    code, _, lines = classify(monkeypatch, capsys, tmp_path)
    assert (code, len(lines)) == (MissingExtraError.exit_code, 1)
    assert f"a model from Hugging Face needs '{missing}'" in lines[0]
    assert "pip install 'voices[hub]'" in lines[0]
