"""Codes from another maker's model beside the shipped analyst: its sentiment, or its themes by entailment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.errors import ModelError
from voices.models import AnalystLike, ModelFolder
from voices.taxonomy import MAX_MENTIONS, SENTIMENTS, Theme, load, themes_of
from voices.types import Coded, Mention, Prepared, Segment, Status

if TYPE_CHECKING:
    import numpy as np

PASS = 64
"""Texts, or pairs of them, in one pass of the model."""
DIGITS = 5
"""Digits of a probability that are kept: how much padding a text gets in its pass moves those after."""
ENTAILED = 0.5
"""Entailment, 0 to 1, from which a theme or a polarity counts: likelier than all else together."""
HYPOTHESES = {
    "en": {
        "theme": "This is about {name}: {lens}",
        "positive": "This is positive about {name}.",
        "negative": "This is negative about {name}.",
    },
    "nl": {
        "theme": "Dit gaat over {name}: {lens}",
        "positive": "Dit is positief over {name}.",
        "negative": "Dit is negatief over {name}.",
    },
}
"""What an NLI model is asked, in the language of the comment; English where that has no words here."""


@dataclass(frozen=True)
class HubModel(ModelFolder):
    """A model of another maker.

    Attributes
    ----------
    gives : str
        ``sentiment`` or ``themes``; all other codes come from ``base``.
    base : ModelFolder
        The shipped model beside it.
    """

    gives: str
    base: ModelFolder

    @property
    def checksum(self) -> str:
        """SHA-256 of the weights as they are on disk; of several files, of all of them in order."""
        return str(self.description["sha256"])


def load_network(folder: Path, *, kind: str, device: str, threads: int | None) -> tuple[Any, Any]:
    """Read the tokenizer and the weights of a folder.

    Parameters
    ----------
    kind : str
        Class of transformers that reads the weights.
    device : str
        ``cpu``, or ``cuda`` in half precision.
    threads : int or None
        Threads of torch on the processor; None leaves them as they are.

    Raises
    ------
    ModelError
        If they cannot be read, or the tokenizer cannot pad.
    """
    import torch
    import transformers

    options = {"local_files_only": True, "trust_remote_code": False}
    dtype = torch.float16 if device == "cuda" else torch.float32
    if threads:
        torch.set_num_threads(threads)
    try:
        with _silenced():
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
            model = getattr(transformers, kind).from_pretrained(folder, dtype=dtype, **options)
    except Exception as error:
        raise ModelError(
            f"{folder.name}: transformers cannot read the weights or the tokenizer ({type(error).__name__}); "
            "download the folder again, or choose a model that needs no code of its own"
        ) from error
    if tokenizer.pad_token is None:
        raise ModelError(f"{folder.name}: its tokenizer has no padding token; name one in tokenizer_config.json")
    return tokenizer, model.to(device).eval()


def longest(tokenizer: Any, model: Any) -> int:
    """Give the most tokens that a network takes."""
    # RoBERTa counts two positions that no token can have
    return int(min(tokenizer.model_max_length, (getattr(model.config, "max_position_embeddings", None) or 514) - 2))


class Classifier:
    """Runs a sequence-classification model; the weights are read at the first use.

    Parameters
    ----------
    folder : Path
    device : str
        ``cpu``, or ``cuda`` in half precision.
    threads : int or None
        Threads of torch on the processor; None leaves them as they are.
    """

    def __init__(self, folder: Path, *, device: str = "cpu", threads: int | None = None) -> None:
        self.folder = folder
        self.device = device
        self.threads = threads
        self._model: Any = None
        self._tokenizer: Any = None

    def load(self) -> None:
        """Read the weights and the tokenizer.

        Raises
        ------
        ModelError
            If they cannot be read, or the tokenizer cannot pad.
        """
        self._tokenizer, self._model = load_network(
            self.folder, kind="AutoModelForSequenceClassification", device=self.device, threads=self.threads
        )

    def chances(self, texts: Sequence[str], hypotheses: Sequence[str] | None = None) -> np.ndarray:
        """Give the probability of each label.

        Parameters
        ----------
        texts : sequence of str
            What does not fit the model is cut off at the end.
        hypotheses : sequence of str or None
            The second half of each pair; None where the model reads single texts.

        Returns
        -------
        ndarray, shape (n_texts, n_labels)
            ``out[i, j]`` is the probability, 0 to 1, of label j for text i.
        """
        if self._model is None:
            self.load()
        import numpy as np
        import torch

        limit = longest(self._tokenizer, self._model)
        columns = [texts] if hypotheses is None else [texts, hypotheses]
        order = sorted(range(len(texts)), key=lambda i: sum(len(column[i]) for column in columns))
        result = np.zeros((len(texts), self._model.config.num_labels))
        for start in range(0, len(order), PASS):
            rows = order[start : start + PASS]
            parts = [[column[i] for i in rows] for column in columns]
            encoded = self._tokenizer(*parts, padding=True, truncation=True, max_length=limit, return_tensors="pt")
            with torch.no_grad():
                logits = self._model(**encoded.to(self.device)).logits
            result[rows] = logits.double().softmax(-1).cpu().numpy()
        return np.round(result, DIGITS)


@dataclass(frozen=True)
class SentimentPart:
    """Replaces the sentiment; ``signs`` gives the sentiment that each label stands for."""

    signs: tuple[str, ...]

    def recode(self, classifier: Classifier, batch: Sequence[Prepared], coded: Sequence[Coded]) -> list[Coded]:
        """Give the coded comments with the classifier's sentiment where there is something to read.

        A filler keeps the shipped model's sentiment, since that one knows what was asked.
        """
        import numpy as np

        wanted = [i for i, item in enumerate(batch) if item.status in (Status.CODED, Status.WORDLESS)]
        stands_for = np.array([[float(sign == name) for name in SENTIMENTS] for sign in self.signs])
        chances = (classifier.chances([batch[i].comment.text for i in wanted]) @ stands_for).clip(0, 1)
        result = list(coded)
        for i, row in zip(wanted, chances, strict=True):
            best = int(row.argmax())
            result[i] = replace(
                coded[i],
                sentiment=SENTIMENTS[best],
                sentiment_score=float(row[0] - row[1]),
                confidence=float(row[best]),
            )
        return result


@dataclass(frozen=True)
class ThemesPart:
    """Replaces the themes by what a segment entails; ``entailment`` is the index of that label."""

    entailment: int

    def recode(self, classifier: Classifier, batch: Sequence[Prepared], coded: Sequence[Coded]) -> list[Coded]:
        """Give the coded comments with the themes that their segments entail."""
        found = [self._strongest(themes) for themes in self._themes(classifier, batch)]
        asked = [(batch[i], theme, segment) for i, kept in enumerate(found) for _, theme, segment in kept]
        signs = iter(self._polarities(classifier, asked))
        return [
            replace(
                item,
                mentions=tuple(
                    Mention(theme, next(signs), chance, segment.text, segment.start, segment.end)
                    for chance, theme, segment in kept
                ),
            )
            for item, kept in zip(coded, found, strict=True)
        ]

    def _themes(self, classifier: Classifier, batch: Sequence[Prepared]) -> list[dict[str, tuple[float, Segment]]]:
        """Give, per comment, theme -> the entailment and the segment that entails it most."""
        pairs = [
            (i, segment, theme)
            for i, item in enumerate(batch)
            if item.status is Status.CODED
            for segment in item.segments
            for theme in themes_of(item.comment.voice)
        ]
        chances = classifier.chances(
            [segment.text for _, segment, _ in pairs], [hypothesis(batch[i], theme, "theme") for i, _, theme in pairs]
        )[:, self.entailment]
        best: list[dict[str, tuple[float, Segment]]] = [{} for _ in batch]
        for (i, segment, theme), chance in zip(pairs, chances, strict=True):
            if theme not in best[i] or chance > best[i][theme][0]:
                best[i][theme] = (float(chance), segment)
        return best

    def _strongest(self, themes: dict[str, tuple[float, Segment]]) -> list[tuple[float, str, Segment]]:
        kept = [(chance, theme, segment) for theme, (chance, segment) in themes.items() if chance >= ENTAILED]
        return sorted(kept, key=lambda entry: -entry[0])[:MAX_MENTIONS]

    def _polarities(self, classifier: Classifier, asked: Sequence[tuple[Prepared, str, Segment]]) -> list[str]:
        """Give the polarity that a segment entails for a theme; neither and both are neutral."""
        texts = [segment.text for _, _, segment in asked]
        likes, dislikes = (
            classifier.chances(texts, [hypothesis(item, theme, sign) for item, theme, _ in asked])[:, self.entailment]
            for sign in ("positive", "negative")
        )
        names = {(True, False): "positive", (False, True): "negative"}
        return [
            names.get((bool(like >= ENTAILED), bool(dislike >= ENTAILED)), "neutral")
            for like, dislike in zip(likes, dislikes, strict=True)
        ]


class HubAnalyst:
    """The shipped analyst with one part of its codes replaced by another model.

    Parameters
    ----------
    model : HubModel
    base : AnalystLike
        Codes every comment first.
    part : SentimentPart or ThemesPart
        What is replaced.
    classifier : Classifier
        What replaces it.
    """

    def __init__(
        self, model: HubModel, *, base: AnalystLike, part: SentimentPart | ThemesPart, classifier: Classifier
    ) -> None:
        self.model = model
        self.base = base
        self.part = part
        self.classifier = classifier

    @property
    def keep(self) -> Callable[[Prepared, np.ndarray], None] | None:
        """What the shipped encoder hands the vectors of segments to."""
        return self.base.keep

    @keep.setter
    def keep(self, sink: Callable[[Prepared, np.ndarray], None] | None) -> None:
        self.base.keep = sink

    @property
    def batch_size(self) -> int:
        """Comments that are best given at a time."""
        return self.base.batch_size

    @property
    def device(self) -> str:
        """Where the models run, for the report."""
        if self.classifier.device == "cpu":
            return self.base.device
        return f"{self.classifier.device} (half precision); {self.base.model.name}: {self.base.device}"

    @property
    def themes(self) -> dict[str, Theme]:
        """Theme id -> theme of everything that can be found."""
        return self.base.themes

    def load(self) -> None:
        """Read the weights of both models.

        Raises
        ------
        ModelError
            If a file cannot be read as what it should be.
        """
        self.classifier.load()
        self.base.load()

    def code(self, batch: Sequence[Prepared]) -> list[Coded]:
        """Code a batch of prepared comments, in order."""
        return self.part.recode(self.classifier, batch, self.base.code(batch))

    def encode(self, items: Sequence[Prepared]) -> list[np.ndarray]:
        """Give the unit vectors of the segments of each comment, from the shipped encoder."""
        return self.base.encode(items)


def hypothesis(item: Prepared, theme: str, kind: str) -> str:
    """Give the sentence that a segment of a comment may entail, in the comment's language.

    Parameters
    ----------
    kind : str
        ``theme``, ``positive`` or ``negative``.
    """
    entry = load()[theme]
    language = item.language if item.language in HYPOTHESES else "en"
    name, lens = entry.name[language], getattr(entry, item.comment.voice)[language]
    return HYPOTHESES[language][kind].format(name=name[0].lower() + name[1:], lens=lens[0].lower() + lens[1:])


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep transformers from writing bars and advice among the lines of a command."""
    from transformers import utils

    logging: Any = utils.logging
    verbosity, has_bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if has_bar:
            logging.enable_progress_bar()
