"""``voices train``: what it reads, what it writes, and what it says."""

import json
import random
import sys

import pytest

from voices import cli, evaluate
from voices.analyst import Analyst, open_analyst
from voices.errors import InputError, ModelError
from voices.gold import check_enough, read_gold
from voices.models import HeadsModel, damaged_files, find
from voices.own_codes import choose_themes, describe_themes, train, verdict
from voices.prepare import prepare
from voices.taxonomy import THEMES, load
from voices.taxonomy_file import read_themes
from voices.types import Comment

PLAIN = {
    "workload": ("We are two short on every late shift", "Veel te hoge werkdruk deze maand", "No time for a break"),
    "compensation": ("The salary is too low", "Slecht betaald werk", "Our bonus was cut again"),
    "culture": ("Nice colleagues everywhere", "Fijne sfeer onder elkaar", "Warm people to be around"),
}
CANTEEN = ("The soup was cold", "De kantine is te duur", "The lunch was awful", "Het eten in de kantine is slecht")
FOREIGN = {"workload": "Rush", "compensation": "Pay & perks", "culture": "Folk", "canteen": "canteen"}


def records(n=120, *, seed=3, names=None):
    """Invented comments; every third is about the canteen, a theme that the shipped taxonomy lacks."""
    rng, made = random.Random(seed), []
    for number in range(n):
        if number % 3 == 0:
            text, theme = rng.choice(CANTEEN), "canteen"
        else:
            theme = rng.choice(list(PLAIN))
            text = rng.choice(PLAIN[theme])
        sentiment = "positive" if theme == "culture" else "negative"
        made.append({"id": str(number), "voice": "employee", "text": f"{text} at site {number}", "emotion": "none",
                     "sentiment": sentiment, "themes": {(names or {}).get(theme, theme): sentiment}})  # fmt: skip
    return made


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    return path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")
    return train([write(folder / "gold.jsonl", records())], folder / "ours", threads=1, device="cpu")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """A model of a codebook with no shipped id in it, and with names and meanings from a file."""
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "themes.toml").write_text(
        '[canteen]\nname = {en = "The canteen", nl = "De kantine"}\nemployee = {en = "Food at work"}\n'
        '[garden]\nname = {en = "The garden"}\nemployee = {en = "Plants at work"}\n',
        encoding="utf8",
    )
    gold = write(folder / "gold.jsonl", records(names=FOREIGN))
    return train([gold], folder / "theirs", taxonomy=folder / "themes.toml", threads=1, device="cpu")


def code(model, *texts, voice="employee"):
    comments = [Comment(str(n), voice, "f", n, text) for n, text in enumerate(texts)]
    return open_analyst(str(model), threads=1, device="cpu").code(prepare(comments))


def call(monkeypatch, capsys, *arguments):
    """Run the command line in this process: exit code, standard output, standard error."""
    monkeypatch.setattr(sys, "argv", ["voices", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_a_new_theme_is_learned_with_its_evidence(fitted):
    text = "My colleagues are fine people. The lunch in the canteen was cold and awful."
    (coded,) = code(fitted.out, text)
    (mention,) = [m for m in coded.mentions if m.theme == "canteen"]
    assert text[mention.start : mention.end] == mention.segment
    assert "lunch" in mention.segment
    assert mention.polarity == "negative"
    assert "culture" in {m.theme for m in coded.mentions}
    (guest,) = code(fitted.out, text, voice="customer")
    assert "canteen" not in {m.theme for m in guest.mentions}


def test_figures_are_of_before_and_after(fitted):
    metrics = fitted.metrics
    before, after = (metrics[key]["all"]["theme_micro_f1"] for key in ("before", "groups"))
    assert after > 0.9 > 0.85 > before
    assert metrics["themes"]["canteen"]["f1"] > 0.9
    assert metrics["themes_before"]["canteen"]["f1"] == 0
    assert metrics["gain"]["theme_micro_f1"][0] == pytest.approx(after - before, abs=1e-4)
    assert metrics["gain"]["theme_micro_f1"][1] > 0
    assert {"all", "language en", "language nl", "voice employee"} == set(metrics["groups"])
    assert fitted.notes[0].startswith("Your own heads are better than the shipped ones: themes (F1) +0.")


def test_before_is_what_the_shipped_model_gives(fitted, analyst):
    rows = records()
    coded = analyst.code(prepare([Comment(r["id"], r["voice"], "f", n, r["text"]) for n, r in enumerate(rows)]))
    pairs = [
        (evaluate.Codes(c.comment.id, "employee", c.language, c.sentiment, c.emotion,
                        {m.theme: m.polarity for m in c.mentions}), evaluate.codes_of(r))
        for c, r in zip(coded, rows, strict=True)
    ]  # fmt: skip
    for key in ("theme_micro_f1", "polarity_micro_f1", "sentiment_macro_f1", "emotion_accuracy"):
        expected = vars(evaluate.agreement(pairs))[key]
        assert fitted.metrics["before"]["all"][key] == pytest.approx(expected, abs=1e-4)


def test_the_folder_describes_itself(fitted):
    model, folder = find(str(fitted.out)), fitted.out
    assert isinstance(model, HeadsModel)
    assert sorted(path.name for path in folder.iterdir()) == ["analyst.json", "heads.npz", "rejected.csv"]
    assert (model.name, model.base.name, model.encoder) == ("ours", "voices-small", {})
    assert damaged_files(model) == []
    names = model.description["labels"]["themes"]
    assert names == [*THEMES, "canteen"]
    assert list(model.description["thresholds"]) == list(model.description["confusion"]) == names
    hits = model.description["confusion"]["canteen"]
    assert sum(hits.values()) == 120
    assert hits["true_positive"] + hits["false_negative"] == 40
    assert model.description["confusion_negative"]["culture"]["true_positive"] == 0
    assert any(note.startswith("Coded fewer than 5 times, so that the base decides: trust") for note in fitted.notes)
    written = (folder / "analyst.json").read_text(encoding="utf8")
    assert all(word not in written for word in ("soup", "kantine is", "Warm"))


def test_the_same_codes_give_the_same_model(fitted, tmp_path):
    gold = write(tmp_path / "gold.jsonl", records())
    again = train([gold], tmp_path / "ours", threads=2, device="cpu")
    assert again.description == fitted.description
    other = train([gold], tmp_path / "other", threads=1, device="cpu", seed=21)
    assert other.description["curve"] != fitted.description["curve"]


def test_a_foreign_codebook_replaces_the_shipped_one(foreign):
    model = find(str(foreign.out))
    assert model.description["labels"]["themes"] == ["Folk", "Pay & perks", "Rush", "canteen"]
    assert foreign.metrics["groups"]["all"]["theme_micro_f1"] > 0.8
    assert foreign.metrics["before"]["all"]["theme_micro_f1"] == 0
    assert "4 of the 4 themes are your own" in " ".join(foreign.notes)
    assert any(note.startswith("Shipped themes that your codebook does not use") for note in foreign.notes)
    assert foreign.notes[-2:] == [
        "No customer comments were coded: what was fitted to the others is used for them too.",
        "Described but not learned: garden; give run or classify the same --taxonomy for them",
    ]
    (coded,) = code(foreign.out, "Our bonus was cut again and the salary is too low")
    assert {m.theme: m.polarity for m in coded.mentions} == {"Pay & perks": "negative"}
    themes = open_analyst(str(foreign.out), device="cpu").themes
    assert list(themes) == ["Folk", "Pay & perks", "Rush", "canteen"]
    assert themes["canteen"].name["nl"] == "De kantine"
    assert themes["canteen"].employee == {"en": "Food at work"}
    assert themes["Pay & perks"].name == {"en": "Pay & perks"}
    assert (bool(themes["Rush"].employee), themes["Rush"].customer) == (True, {})


def test_a_run_carries_own_themes_everywhere(foreign, exports, tmp_path, monkeypatch, capsys):
    arguments = ("run", "--employees", exports[0], "--out", tmp_path / "q", "--model", foreign.out, "--device", "cpu")
    code, _, err = call(monkeypatch, capsys, *arguments)
    assert (code, "Model: theirs, heads on voices-small" in err) == (0, True)
    record = json.loads((tmp_path / "q" / "run.json").read_text(encoding="utf8"))
    assert list(record["custom_themes"]) == ["Folk", "Pay & perks", "Rush", "canteen"]
    assert (record["model"]["gives"], record["model"]["base"]["name"]) == ("codes", "voices-small")
    assert record["model"]["sha256"] == foreign.description["files"]["heads.npz"]
    page = (tmp_path / "q" / "report.html").read_text(encoding="utf8")
    assert "Pay &amp; perks" in page
    assert "Model that it builds upon" in page
    table = (tmp_path / "q" / "themes.csv").read_text(encoding="utf8")
    assert "Rush" in table
    assert "workload" not in table


def test_custom_themes_go_beside_what_was_learned(fitted, tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(
        '[canteen]\nname = {en = "C"}\nemployee = {en = "food"}\n'
        '[parking]\nname = {en = "Parking"}\nemployee = {en = "a place to park the car"}\n'
    )
    analyst = open_analyst(str(fitted.out), custom=read_themes(path), threads=1, device="cpu")
    assert list(analyst.custom) == ["parking"]
    assert analyst.themes["canteen"].name == {"en": "Canteen"}
    (coded,) = analyst.code(prepare([Comment("1", "employee", "f", 2, "The car park is always full")]))
    assert "parking" in {m.theme for m in coded.mentions}


def test_heads_on_another_base_are_refused(fitted, tmp_path):
    description = json.loads((fitted.out / "analyst.json").read_text(encoding="utf8"))
    (tmp_path / "heads.npz").write_bytes((fitted.out / "heads.npz").read_bytes())
    for change, message in (({"sha256": "0"}, "another version of voices-small"), ({"name": "gone"}, "gone that its")):
        other = description | {"base": description["base"] | change}
        (tmp_path / "analyst.json").write_text(json.dumps(other), encoding="utf8")
        with pytest.raises(ModelError, match=f"{message}.*voices train"):
            find(str(tmp_path))
    with pytest.raises(InputError, match=r"holds heads itself.*--model voices-small"):
        train([], tmp_path / "new", model=str(fitted.out))
    with pytest.raises(InputError, match="--prefix"):
        train([], tmp_path / "new", prefix="query: ")


def test_damaged_heads_are_found(fitted, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in fitted.out.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert call(monkeypatch, capsys, "models", "verify", copy)[:2] == (0, "ours 1: all files are as recorded\n")
    with (copy / "heads.npz").open("r+b") as stream:
        stream.write(b"x")
    code, _, err = call(monkeypatch, capsys, "models", "verify", copy)
    assert (code, "heads.npz; fit the heads again with: voices train" in err) == (3, True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"voice": "guest"}, "voice 'guest'; must be employee or customer"),
        ({"voice": None}, "no voice; must be employee or customer"),
        ({"voice": "The soup was cold"}, "another voice; must be employee or customer"),
        ({"text": None}, "no text"),
        ({"text": "  "}, "no text"),
        ({"id": None}, "no id"),
        ({"sentiment": "angry"}, "sentiment 'angry'; must be positive, negative, neutral or mixed"),
        ({"emotion": "hunger"}, "emotion 'hunger'; must be energy"),
        ({"themes": {"canteen": "bad"}}, "polarity 'bad'; must be positive, negative or neutral"),
        ({"themes": {"a;b": "negative"}}, "a theme id that does not start"),
        ({"themes": 7}, "themes in no form that is known"),
        ({"text": "n.v.t."}, "empty or a filler"),
        ({"text": "👍👍"}, "no words"),
        ({"text": "La soupe était froide et le service beaucoup trop lent"}, "in a language that"),
    ],
)
def test_rows_that_cannot_be_used_are_set_aside(tmp_path, change, reason):
    rows = records(10)
    rows[6] |= change
    gold = read_gold([write(tmp_path / "gold.jsonl", rows)])
    (rejected,) = gold.rejected
    assert (rejected.file, rejected.row, len(gold.items)) == ("gold.jsonl", 7, 9)
    assert rejected.reason.startswith(reason)
    assert "soup" not in rejected.reason


def test_lines_that_are_no_records_and_repeats_are_set_aside(tmp_path):
    path = write(tmp_path / "gold.jsonl", [*records(3), records(3)[1]])
    path.write_text(path.read_text() + "not json\n[1]\n\n" + json.dumps({"id": "9", "voice": "employee", "text": "x"}))
    gold = read_gold([path])
    assert [(r.row, r.reason) for r in gold.rejected] == [
        (4, "the same comment is there twice"), (5, "not a JSON object"), (6, "not a JSON object"),
        (8, "no themes; a comment without any has an empty object or cell"),
    ]  # fmt: skip
    assert gold.read == {"gold.jsonl": 7}
    with pytest.raises(
        InputError, match=r"3 different comments can be used \(4 set aside: 2 not a JSON object, 1 the same"
    ):
        check_enough(gold, fewest=50)


def test_every_format_that_classify_writes_is_read(tmp_path, monkeypatch, capsys):
    source = tmp_path / "s.csv"
    lines = [
        "id,comment",
        "1,-- the salary is too low",
        *(f"{n},{CANTEEN[n % 4]} and the pay is low" for n in range(2, 9)),
    ]
    source.write_text("\n".join(lines))
    read = {}
    for suffix in ("jsonl", "csv", "parquet"):
        out = tmp_path / f"coded.{suffix}"
        assert call(monkeypatch, capsys, "classify", source, "--voice", "employee", "--out", out, "--quiet")[0] == 0
        gold = read_gold([out])
        read[suffix] = [(i.comment.text, c.sentiment, c.emotion, c.themes) for i, c in
                        zip(gold.items, gold.codes, strict=True)]  # fmt: skip
    assert read["jsonl"] == read["csv"] == read["parquet"]
    assert read["csv"][0][0] == "-- the salary is too low"
    assert read["csv"][0][3] == {"compensation": "negative"}


def test_a_semicolon_file_of_a_spreadsheet_is_read(tmp_path):
    path = tmp_path / "gold.csv"
    path.write_text('\ufeffid;voice;text;sentiment;themes\n1;customer;The till was broken;;"process:negative;price"\n')
    (codes,) = read_gold([path]).codes
    assert (codes.sentiment, codes.themes) == (None, {"process": "negative", "price": None})


def test_files_that_cannot_be_read_are_one_line(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"none")
    (tmp_path / "a.jsonl").write_bytes(b'{"id": "\xff"}')
    (tmp_path / "a.jsonl.gz").write_bytes(b"none")
    for name in ("a.parquet", "a.jsonl", "a.jsonl.gz"):
        with pytest.raises(InputError, match=f"{name}: cannot be read"):
            read_gold([tmp_path / name])
    with pytest.raises(InputError, match="there is no such file"):
        read_gold([tmp_path / "b.csv"])


def test_translations_stay_on_one_side(tmp_path):
    rows = records(4)
    rows[2]["translated_from"] = "0"
    rows[3]["text"] = rows[1]["text"].upper()
    groups = read_gold([write(tmp_path / "gold.jsonl", rows)]).groups
    assert groups[0] == groups[2] != groups[1] == groups[3]


def test_private_numbers_are_masked_before_anything_is_learned(tmp_path):
    rows = records(1)
    rows[0]["text"] = "Mail me at jan.jansen@example.com about the soup"
    (item,) = read_gold([write(tmp_path / "gold.jsonl", rows)]).items
    assert "jansen" not in item.comment.text


def gold_of(tmp_path, *themes, voices=("employee",)):
    rows = [
        {
            "id": str(n),
            "voice": voices[n % len(voices)],
            "text": f"The {word} was fine at {n}",
            "themes": {word: "positive"},
        }
        for n, word in enumerate(themes)
    ]
    return read_gold([write(tmp_path / "gold.jsonl", rows)])


def test_which_themes_a_model_gets(tmp_path):
    beside = gold_of(tmp_path, *["price"] * 8, *["soup"] * 6, *["rare"] * 2)
    names, notes = choose_themes(beside, THEMES)
    assert names == (*THEMES, "soup")
    assert "not in the model: rare" in notes[1]
    instead = gold_of(tmp_path, *["price"] * 5, *["soup"] * 6, *["trust"] * 2)
    names, notes = choose_themes(instead, THEMES)
    assert names == (*THEMES, "soup")
    foreign = gold_of(tmp_path, *["price"] * 5, *["soup"] * 9, *["trust"] * 2)
    names, notes = choose_themes(foreign, THEMES)
    assert names == ("price", "soup")
    assert notes == ["Shipped themes that your codebook does not use, not in the model: "
                     + ", ".join(name for name in THEMES if name != "price")]  # fmt: skip
    with pytest.raises(InputError, match=r"no theme was coded 5 times in 4 comments \(the most frequent one 3 times\)"):
        choose_themes(gold_of(tmp_path, *["soup"] * 3, "price"), THEMES)


def test_a_theme_is_for_the_voices_in_which_it_was_coded(tmp_path):
    both = gold_of(tmp_path, *["soup"] * 20, *["price"] * 10, voices=("employee", "customer"))
    themes = describe_themes(both, ("price", "trust", "soup"), load())
    assert themes["soup"].shared
    assert themes["soup"].customer["nl"].startswith("Zoals in de codes")
    assert themes["trust"] == load()["trust"]
    assert themes["price"].customer == load()["price"].customer
    assert themes["price"].employee["en"].startswith("As in the codes")


def test_the_verdict_is_honest():
    better, equal, worse = (0.05, 0.01, 0.09), (0.005, -0.01, 0.02), (-0.05, -0.09, -0.01)
    (line,) = verdict({"theme_micro_f1": equal}, n_new=0, n=17)
    assert line.startswith("Your own heads do not beat the shipped ones: themes (F1) +0.005")
    lines = verdict({"theme_micro_f1": better, "sentiment_macro_f1": worse}, n_new=2, n=19)
    assert "better than the shipped ones" in lines[0]
    assert "WORSE" in lines[1]
    assert lines[2].startswith("2 of the 19 themes are your own")


def test_command_line(tmp_path, monkeypatch, capsys, analyst):
    few = write(tmp_path / "few.jsonl", records(30))
    code, out, err = call(monkeypatch, capsys, "train", "--gold", few, "--out", tmp_path / "m")
    assert (code, out) == (2, "")
    assert err.startswith("error: --gold: 30 different comments can be used; at least 50 are needed")
    assert len(err.splitlines()) == 1
    rows = records(90)
    for row in rows[:3]:
        row["themes"] = {"garden": "positive"}
    rows[4]["voice"] = "guest"
    first, second = write(tmp_path / "one.jsonl", rows[:50]), write(tmp_path / "two.jsonl", rows[50:])
    arguments = ("train", "--gold", first, "--gold", second, "--out", tmp_path / "m", "--device", "cpu")
    code, out, err = call(monkeypatch, capsys, *arguments)
    assert code == 0
    assert f"90 read = 89 used + 1 set aside ({tmp_path / 'm' / 'rejected.csv'} says why)" in err
    assert "one.jsonl,5,voice 'guest'; must be employee or customer" in (tmp_path / "m" / "rejected.csv").read_text()
    assert out.splitlines()[1].startswith("all                     89")
    assert " -> " in out.splitlines()[1]
    assert "Coded fewer than 5 times, not in the model: garden" in err
    assert f"use it with --model {tmp_path / 'm'}" in err
    code, _, err = call(monkeypatch, capsys, *arguments)
    assert (code, "--force" in err) == (2, True)
    code, out, err = call(monkeypatch, capsys, *arguments, "--force", "--json", "--strict")
    assert (code, err) == (4, "")
    assert json.loads(out)["groups"]["all"]["n"] == 89
    assert call(monkeypatch, capsys, *arguments, "--force", "--quiet") == (0, "", "")
    assert Analyst(analyst.model).base is analyst.model
