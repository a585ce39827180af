"""``voices train``: fit heads on a user's own codes, measure them by cross-validation, and write a model folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices import heads
from voices.analyst import Analyst, open_analyst
from voices.encoder import SentenceEncoder
from voices.errors import InputError
from voices.export import RejectedRows
from voices.fit_heads import FOLDS
from voices.gold import Gold, check_enough, read_gold
from voices.hub import describe_encoder, is_foreign, open_encoder
from voices.judge_heads import fitted_and_judged
from voices.models import DEFAULT_MODEL, FORMAT, HEADS, HeadsModel, file_sha256, find, shipped_folder
from voices.taxonomy import Theme, theme_entry
from voices.taxonomy_file import read_themes
from voices.types import Voice
from voices.writing import check_folder, staged_folder

if TYPE_CHECKING:
    import numpy as np

FEWEST_COMMENTS = 50
FEWEST_OF_THEME = 5
AS_CODED = {
    "en": "As in the codes that the model was fitted to.",
    "nl": "Zoals in de codes waarop het model is afgestemd.",
}


@dataclass(frozen=True)
class Trained:
    """A fitted model folder and what is known of it.

    Attributes
    ----------
    out : Path
        The folder.
    description : dict
        The content of its ``analyst.json``.
    notes : list of str
        Whether it is better than the model that it builds upon, and what there were too few codes for.
    n_rejected : int
        Records that were set aside.
    """

    out: Path
    description: dict[str, Any]
    notes: list[str]
    n_rejected: int

    @property
    def metrics(self) -> dict[str, Any]:
        """The cross-validated figures."""
        return dict(self.description["metrics"])


@dataclass(frozen=True)
class _Base:
    """What heads are fitted on: an analyst and, where they read another encoder, that one and its description."""

    analyst: Analyst
    reference: str
    encoder: SentenceEncoder | None = None
    entry: dict[str, str] | None = None


def train(
    gold: Sequence[Path],
    out: Path,
    *,
    model: str = DEFAULT_MODEL,
    taxonomy: Path | None = None,
    prefix: str | None = None,
    device: str = "auto",
    threads: int | None = None,
    seed: int = 20,
    force: bool = False,
) -> Trained:
    """Fit heads on hand-coded comments and write them as the model folder ``out``.

    Parameters
    ----------
    gold : sequence of Path
        Files as :func:`voices.gold.read_gold` takes them.
    out : Path
        The folder; name it with ``--model`` from then on.
    model : str
        A shipped model, the folder of one, or a sentence encoder as a folder or ``owner/name`` on the Hugging Face
        hub. Heads on such an encoder read its vectors beside what the default model says.
    taxonomy : Path or None
        TOML file with names and meanings of themes of the user's own.
    prefix : str or None
        What a sentence encoder wants before every text; None takes what it says itself.
    device : str
        ``auto``, ``cpu`` or ``cuda``.
    threads : int or None
        None takes one per core.
    seed : int
        Decides which comments are held out together.
    force : bool
        Whether files in ``out`` may be replaced.

    Raises
    ------
    InputError
        If a file or the model cannot be used, or there are too few codes.
    """
    check_folder(out, force=force)
    told = read_themes(taxonomy) if taxonomy else {}
    base = _open(model, prefix=prefix, device=device, threads=threads)
    coded = read_gold(gold)
    check_enough(coded, fewest=FEWEST_COMMENTS)
    shipped = base.analyst.model.description["labels"]["themes"]
    names, notes = choose_themes(coded, shipped)
    themes = describe_themes(coded, names, base.analyst.learned | told)
    said, embedding = _read(base, coded)
    fitted, settings, metrics = fitted_and_judged(said, coded, themes, base.analyst, embedding=embedding, seed=seed)
    notes = verdict(metrics["gain"], n_new=sum(name not in shipped for name in names), n=len(names)) + notes
    notes += cautions(coded, names, told)
    with staged_folder(out) as stage:
        heads.save(fitted, stage / "heads.npz")
        with RejectedRows(stage / "rejected.csv") as rows:
            rows.write(coded.rejected)
        description = _description(base, out, themes) | settings
        description |= {
            "fit": {"n": len(coded.items), "n_rejected": len(coded.rejected), "read": coded.read, "folds": FOLDS,
                    "seed": seed, **settings["fit"]},
            "files": {"heads.npz": file_sha256(stage / "heads.npz")},
            "metrics": metrics | {"notes": notes},
        }  # fmt: skip
        description = json.loads(json.dumps(description), parse_float=lambda text: round(float(text), 5))
        text = json.dumps(description, indent=2, ensure_ascii=False)
        (stage / "analyst.json").write_text(text + "\n", encoding="utf8")
    return Trained(out, description, notes, len(coded.rejected))


def _open(model: str, *, prefix: str | None, device: str, threads: int | None) -> _Base:
    """Find what heads are fitted on.

    Raises
    ------
    InputError
        If it holds heads itself, or a prefix was given for a model that takes none.
    """
    if is_foreign(model):
        entry = describe_encoder(model, prefix=prefix)
        return _Base(
            Analyst(find(), threads=threads),
            DEFAULT_MODEL,
            open_encoder(**entry, device=device, threads=threads),
            entry,
        )
    if prefix is not None:
        raise InputError(f"--prefix: the model {model} has its own; leave the option out, or name a sentence encoder")
    found = find(model)
    if isinstance(found, HeadsModel):
        raise InputError(
            f"--model {model}: holds heads itself; name what they build upon, "
            f"--model {found.encoder.get('name', found.base.name)}, and give all codes with --gold"
        )
    analyst = open_analyst(model, device=device, threads=threads)
    assert isinstance(analyst, Analyst)
    is_shipped = (shipped_folder() / model / "analyst.json").is_file()
    return _Base(analyst, model if is_shipped else str(Path(model).resolve()))


def _read(base: _Base, gold: Gold) -> tuple[heads.Logits, np.ndarray | None]:
    """Give what the base says, with the vectors that the heads read, and its own vectors where those are others."""
    said = base.analyst.logits(gold.items)
    if base.encoder is None:
        return said, None
    return replace(said, vector=base.encoder.vectors([item.comment.text for item in gold.items])), said.vector


def _description(base: _Base, out: Path, themes: Mapping[str, Theme]) -> dict[str, Any]:
    """Give what a model folder says of itself beside its settings and figures."""
    model = base.analyst.model
    own = {name: theme_entry(theme) for name, theme in themes.items() if theme != base.analyst.learned.get(name)}
    return {
        "format": FORMAT,
        "kind": HEADS,
        "name": out.resolve().name,
        "version": "1",
        "base": {"name": base.reference, "sha256": model.checksum},
        **({"encoder": base.entry} if base.entry else {}),
        **{key: model.description[key] for key in ("languages", "max_tokens")},
        "labels": {**model.description["labels"], "themes": list(themes)},
        "themes": own,
    }


def choose_themes(gold: Gold, shipped: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Give the themes of the new model, those of the base first, and what there were too few codes for.

    A base theme that people did not code stays, since a hundred comments need not hold every theme. Where most codes
    are of themes of the user's own, it is another codebook, and only what was coded stays.

    Raises
    ------
    InputError
        If no theme was coded often enough.
    """
    counts = Counter(theme for codes in gold.codes for theme in codes.themes)
    often = {name for name, n in counts.items() if n >= FEWEST_OF_THEME}
    if not often:
        most = max(counts.values(), default=0)
        raise InputError(
            f"--gold: no theme was coded {FEWEST_OF_THEME} times in {len(gold.items)} comments (the most frequent one "
            f"{most} times); at least {FEWEST_OF_THEME} codes of one theme are needed. Code more comments"
        )
    own = sorted(name for name in counts if name not in shipped)
    n_own = sum(counts[name] for name in own)
    is_other = 2 * n_own > counts.total()
    kept = [name for name in shipped if name in often or not is_other]
    scarce = [name for name in kept if name not in often]
    gone = [name for name in shipped if name not in kept]
    rare = [name for name in own if name not in often]
    notes = [
        f"{text}: {', '.join(which)}"
        for text, which in (
            (f"Coded fewer than {FEWEST_OF_THEME} times, so that the base decides", scarce),
            (f"Coded fewer than {FEWEST_OF_THEME} times, not in the model", rare),
            ("Shipped themes that your codebook does not use, not in the model", gone),
        )
        if which
    ]
    return (*kept, *(name for name in own if name in often)), notes


def cautions(gold: Gold, names: Sequence[str], told: Mapping[str, Theme]) -> list[str]:
    """Say which voice was not coded, and which described themes the model has not learned."""
    voices = {codes.voice for codes in gold.codes}
    lines = [
        f"No {voice} comments were coded: what was fitted to the others is used for them too."
        for voice in Voice
        if voice not in voices
    ]
    missing = [name for name in told if name not in names]
    if missing:
        lines.append(
            f"Described but not learned: {', '.join(missing)}; give run or classify the same --taxonomy for them"
        )
    return lines


def describe_themes(gold: Gold, names: Sequence[str], told: Mapping[str, Theme]) -> dict[str, Theme]:
    """Give the themes of the new model, each with a meaning for the voices in which people coded it."""
    counts = Counter((str(codes.voice), theme) for codes in gold.codes for theme in codes.themes)
    found = {}
    for name in names:
        theme = told.get(name) or Theme(name, {"en": name[:1].upper() + name[1:].replace("_", " ")}, {}, {}, False)
        fewest = min(FEWEST_OF_THEME, max(counts[voice, name] for voice in Voice))
        lens = {
            voice: getattr(theme, voice) or (AS_CODED if fewest and counts[voice, name] >= fewest else {})
            for voice in Voice
        }
        shared = all(lens.values()) if name not in told or not theme.shared else True
        found[name] = Theme(name, theme.name, lens[Voice.EMPLOYEE], lens[Voice.CUSTOMER], shared)
    return found


def verdict(gain: Mapping[str, tuple[float, float, float]], *, n_new: int, n: int) -> list[str]:
    """Say whether the heads are better than the base, as far as the comments can tell.

    Parameters
    ----------
    gain : mapping
        From :func:`voices.evaluate.gains`.
    n_new, n : int
        Themes that the base does not know, and all themes of the new model.
    """
    lines = []
    for key, what in (("theme_micro_f1", "themes (F1)"), ("sentiment_macro_f1", "sentiment (F1 of 3 classes)")):
        if key not in gain:
            continue
        value, low, high = gain[key]
        shown = f"{what} {value:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}"
        if low > 0:
            lines.append(f"Your own heads are better than the shipped ones: {shown}.")
        elif high < 0:
            lines.append(f"Your own heads are WORSE than the shipped ones: {shown}. Stay with the shipped model.")
        else:
            lines.append(
                f"Your own heads do not beat the shipped ones: {shown}. Code more, or stay with the shipped model."
            )
    if n_new:
        lines.append(
            f"{n_new} of the {n} themes are your own: the shipped model cannot find them, which makes it look bad."
        )
    return lines
