"""Find other makers' models, in a folder or on the Hugging Face hub, and tell from their labels what they give."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from voices.encoder import SentenceEncoder
from voices.errors import InputError, ModelError
from voices.extras import require
from voices.foreign import Classifier, HubAnalyst, HubModel, SentimentPart, ThemesPart
from voices.models import AnalystLike, is_own

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
TIMEOUT = 10
"""Seconds after which the hub counts as out of reach."""
WEIGHTS = ("model.safetensors", "model-*-of-*.safetensors", "pytorch_model.bin", "pytorch_model-*-of-*.bin")
KINDS = "a sequence-classification model for sentiment, or an NLI model (a label 'entailment') for themes"
SENTIMENT_NAMES = {
    "positive": "positive", "positief": "positive", "pos": "positive",
    "negative": "negative", "negatief": "negative", "neg": "negative",
    "neutral": "neutral", "neutraal": "neutral", "neu": "neutral",
    "mixed": "mixed", "gemengd": "mixed",
}  # fmt: skip
STARS = ("negative", "negative", "neutral", "positive", "positive")


def sentiment_of(label: str) -> str | None:
    """Give the sentiment that a label names, None where the name says nothing.

    Examples
    --------
    >>> [sentiment_of(name) for name in ("POS", "Zeer negatief", "3 stars", "LABEL_0")]
    ['positive', 'negative', 'neutral', None]
    """
    words = re.sub(r"[\s_-]+", " ", label).strip().casefold()
    words = re.sub(r"^(?:very|zeer|heel) ", "", words)
    if re.fullmatch(r"[1-5](?: ?(?:stars?|ster|sterren))?", words):
        return STARS[int(words[0]) - 1]
    return SENTIMENT_NAMES.get(words)


def is_foreign(name: str) -> bool:
    """Tell whether a name is that of another maker's model: a folder with a config.json, or a hub id.

    Examples
    --------
    >>> is_foreign("voices-small"), is_foreign("owner/name"), is_foreign("./folder")
    (False, True, False)
    """
    if is_own(name):
        return False
    if Path(name).exists():
        return (Path(name) / "config.json").is_file()
    return HUB_ID.fullmatch(name) is not None


def open_foreign(name: str, *, base: AnalystLike, device: str = "auto", threads: int | None = None) -> HubAnalyst:
    """Find another maker's model, download it where that is needed, and put it beside the shipped one.

    Parameters
    ----------
    name : str
        A folder with a config.json, or ``owner/name`` on the Hugging Face hub.
    base : AnalystLike
        Gives all codes that the model does not give.
    device : str
        ``auto``, ``cpu`` or ``cuda``.
    threads : int or None
        Threads of torch on the processor; None leaves them as they are.

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    InputError
        If the device is not there, or the labels do not say what they mean.
    ModelError
        If the hub does not give the model, or it is of another kind.
    """
    where = _device(device)
    is_local = Path(name).exists()
    folder = Path(name).resolve() if is_local else _download(name)
    part = _part(name, _labels(name, folder))
    model = HubModel(
        name=folder.name if is_local else name,
        version="local" if is_local else folder.name,
        path=folder,
        description={"languages": base.model.description["languages"], "sha256": _digest(name, folder)},
        gives="themes" if isinstance(part, ThemesPart) else "sentiment",
        base=base.model,
    )
    return HubAnalyst(model, base=base, part=part, classifier=Classifier(folder, device=where, threads=threads))


def describe_encoder(name: str, *, prefix: str | None = None) -> dict[str, str]:
    """Say what heads must know of a sentence encoder to find it again and to read it in the same way.

    Parameters
    ----------
    name : str
        A folder with a config.json, or ``owner/name`` on the Hugging Face hub.
    prefix : str or None
        What the encoder wants before every text; None takes what sentence-transformers wrote beside it, else nothing.

    Returns
    -------
    dict
        The arguments of :func:`open_encoder`: ``name``, ``sha256``, ``prefix``, ``pooling``.

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    ModelError
        If the hub does not give the model, or it is no encoder.
    """
    folder = _folder(name)
    config = _json(folder / "config.json")
    kinds = _kinds(config)
    if config.get("is_encoder_decoder") or not is_encoder(kinds, folder):
        raise ModelError(
            f"--model {name}: is of kind {', '.join(kinds) or 'unknown'}; heads are fitted on a shipped model or on a "
            "sentence encoder without a head. A classifier needs no fitting: give it to run or classify"
        )
    prompts = _json(folder / "config_sentence_transformers.json")
    usual = (prompts.get("prompts") or {}).get(prompts.get("default_prompt_name")) or ""
    pooling = "cls" if _json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token") else "mean"
    return {
        "name": str(folder) if Path(name).exists() else name,
        "sha256": _digest(name, folder),
        "prefix": usual if prefix is None else prefix,
        "pooling": pooling,
    }


def open_encoder(
    name: str, *, sha256: str, prefix: str, pooling: str, device: str = "auto", threads: int | None = None
) -> SentenceEncoder:
    """Find the sentence encoder that heads were fitted on.

    Parameters
    ----------
    name : str
        A folder with a config.json, or ``owner/name`` on the Hugging Face hub.
    sha256 : str
        Of its weights when the heads were fitted.
    prefix, pooling : str
        As for :class:`SentenceEncoder`.
    device : str
        ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    ModelError
        If it is not there, or is no longer the same.
    """
    where = _device(device)
    if Path(name).is_absolute() and not (Path(name) / "config.json").is_file():
        raise ModelError(f"{name}: the encoder of these heads is not there; put it back, or fit them again with: "
                         "voices train --model FOLDER")  # fmt: skip
    folder = _folder(name)
    found = _digest(name, folder)
    if found != sha256:
        raise ModelError(
            f"{name}: not the weights that these heads were fitted on (sha256 {sha256[:12]}, here is {found[:12]}); "
            "fit them again with: voices train"
        )
    return SentenceEncoder(folder, prefix=prefix, pooling=pooling, device=where, threads=threads)


def is_encoder(kinds: Sequence[str], folder: Path) -> bool:
    """Tell whether a model gives vectors and no labels, from the kinds that its config.json names."""
    return (folder / "modules.json").is_file() or any(kind.endswith(("Model", "ForMaskedLM")) for kind in kinds)


def _folder(name: str) -> Path:
    _require("torch"), _require("transformers")
    return Path(name).resolve() if Path(name).exists() else _download(name)


def _digest(name: str, folder: Path) -> str:
    """Give the SHA-256 of the weights; of several files, of all of them in order."""
    weights = _weights(folder)
    if not weights:
        raise ModelError(f"--model {name}: the folder has none of {', '.join(WEIGHTS)}; download it again")
    digest = hashlib.sha256()
    for path in weights:
        with path.open("rb") as stream:
            hashlib.file_digest(stream, lambda: digest)
    return digest.hexdigest()


def _json(path: Path) -> dict[str, Any]:
    """Read an object; empty where there is no such file or it holds something else."""
    try:
        found = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _kinds(config: dict[str, Any]) -> list[str]:
    return [str(kind) for kind in config.get("architectures") or []]


def _require(module: str) -> ModuleType:
    return require(module, extra="hub", purpose="a model from Hugging Face")


def _device(device: str) -> str:
    torch, _ = _require("torch"), _require("transformers")
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"--device {device}: choose one of auto, cpu, cuda")
    has_cuda = device != "cpu" and torch.cuda.is_available()
    if device == "cuda" and not has_cuda:
        raise InputError("--device cuda: torch finds no CUDA device here; use auto or cpu")
    return "cuda" if has_cuda else "cpu"


def _download(name: str) -> Path:
    """Give the folder of a model of the hub; a copy that is already on disk serves when the hub does not."""
    hub = _require("huggingface_hub")
    try:
        names = [entry.rfilename for entry in hub.HfApi().model_info(name, timeout=TIMEOUT).siblings or []]
        wanted = next((found for pattern in WEIGHTS if (found := fnmatch.filter(names, pattern))), [])
        wanted += [
            file
            for file in names
            if file == "1_Pooling/config.json" or ("/" not in file and file.endswith((".json", ".txt", ".model")))
        ]
        return Path(hub.snapshot_download(name, allow_patterns=wanted, etag_timeout=TIMEOUT))
    except Exception as error:  # of requests, httpx or the hub itself, by version
        cached = hub.try_to_load_from_cache(name, "config.json")
        if isinstance(cached, str) and _weights(Path(cached).parent):
            return Path(cached).parent
        is_refused = isinstance(error, hub.errors.RepositoryNotFoundError)
        reason = "does not give it (unknown, private or gated)" if is_refused else "could not be reached"
        raise ModelError(
            f"--model {name}: there is no such folder, and the Hugging Face hub {reason}: {type(error).__name__}. "
            f"Download it on a machine with network: hf download {name} --local-dir DIR, then give --model DIR"
        ) from error


def _weights(folder: Path) -> list[Path]:
    return next((found for pattern in WEIGHTS if (found := sorted(folder.glob(pattern)))), [])


def _labels(name: str, folder: Path) -> list[str]:
    """Give the labels of a classifier, in the order of its outputs."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf8"))
        kinds = _kinds(config)
        labels = config.get("id2label") or {"0": "LABEL_0", "1": "LABEL_1"}  # what is left out of the file is this
        ordered = [str(labels[key]) for key in sorted(labels, key=int)]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"--model {name}: its config.json cannot be read; download the folder again") from error
    if not any(kind.endswith("ForSequenceClassification") for kind in kinds):
        advice = f". A sentence encoder needs heads: voices train --model {name} --gold CODED --out DIR"
        raise ModelError(
            f"--model {name}: is of kind {', '.join(kinds) or 'unknown'}; possible is {KINDS}"
            + (advice if is_encoder(kinds, folder) else "")
        )
    return ordered


def _part(name: str, labels: Sequence[str]) -> SentimentPart | ThemesPart:
    words = [label.strip().casefold() for label in labels]
    if "entailment" in words:
        return ThemesPart(words.index("entailment"))
    signs = [sentiment_of(label) for label in labels]
    known = tuple(sign for sign in signs if sign)
    if len(known) < len(signs) or not {"positive", "negative"} <= set(known):
        shown = ", ".join(labels[:8]) + (", ..." if len(labels) > 8 else "")
        raise InputError(
            f"--model {name}: its labels ({shown}) do not name sentiments. Possible are positive, negative, neutral "
            "and mixed, in English or Dutch or as POS, NEG, NEU, and 1 to 5 stars; or entailment, for themes. "
            "Name them under id2label in config.json of a local copy, or choose another model"
        )
    return SentimentPart(known)
