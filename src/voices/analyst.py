"""The embedded analyst: one encoder pass a comment gives sentiment, emotion, themes and evidence."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from voices import cuda
from voices.cuda import TorchSession, check_cuda, has_cuda
from voices.custom_themes import Finder, Hit, fit_finder
from voices.encoder import SentenceEncoder
from voices.errors import InputError, ModelError
from voices.heads import Heads, Logits, read
from voices.hub import is_foreign, open_encoder, open_foreign
from voices.model_input import model_input, usable_question
from voices.models import AnalystLike, HeadsModel, ModelFolder, find
from voices.taxonomy import MAX_MENTIONS, POLARITIES, Theme, load, theme_of, themes_of
from voices.types import Coded, Mention, Prepared, Segment, Status
from voices.windows import Window, evidence, segment_sums, segments_of, spans, unit_rows

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

LOGITS = ("themes", "polarity", "sentiment", "emotion", "embedding")
OUTPUTS = ("themes", "polarity", "sentiment", "emotion", "weight")
BATCH = 1024
"""Comments that are worth giving together: of each length there are a few then."""
CHUNK_TOKENS = 512
"""Tokens in one pass of the encoder: enough to keep its matrices busy, few enough for the cache."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class _Scores:
    """What the model says of one window.

    Attributes
    ----------
    themes : ndarray, shape (n_themes,)
        Probability that the theme is there.
    polarity : ndarray, shape (n_themes, 3)
        Probabilities of positive, negative, neutral.
    weight : ndarray, shape (n_themes, n_tokens)
        How much each token speaks for the theme: attention times the pull on its score.
    sentiment, emotion : ndarray
        Probabilities.
    sums : ndarray, shape (n_segments, hidden)
        Sums of the token states of each segment; empty where nothing needs them.
    """

    themes: np.ndarray
    polarity: np.ndarray
    weight: np.ndarray
    sentiment: np.ndarray
    emotion: np.ndarray
    sums: np.ndarray


class Analyst:
    """Codes comments with a model folder; the weights are read at the first use.

    Parameters
    ----------
    model : ModelFolder
    threads : int or None
        Passes that are worked on at a time on the processor; None takes one per core that this
        process may use.
    device : str
        ``cpu`` or ``cuda``.
    custom : mapping or None
        Theme id -> theme of the user's own, found beside those of the model; one that the model has learned itself
        is left to it.
    encoder : SentenceEncoder or None
        What the heads of the model read; None where they read the model that they build upon.

    Attributes
    ----------
    keep : callable or None
        Called while a comment is coded with the comment and the unit vectors of its segments, shape
        (n_segments, hidden), so that who needs them saves a second pass.
    """

    def __init__(
        self,
        model: ModelFolder,
        *,
        threads: int | None = None,
        device: str = "cpu",
        custom: Mapping[str, Theme] | None = None,
        encoder: SentenceEncoder | None = None,
    ) -> None:
        self.model = model
        self.base = model.base if isinstance(model, HeadsModel) else model
        self.encoder = encoder
        self.on_card = device == "cuda"
        self.threads = 1 if self.on_card else threads or _usable_cores()
        self.batch_size = cuda.BATCH if self.on_card else BATCH
        self.custom = {key: theme for key, theme in (custom or {}).items() if key not in self.learned}
        self.keep: Callable[[Prepared, np.ndarray], None] | None = None
        self._finders: dict[str, Finder] = {}
        self._session: InferenceSession | TorchSession | None = None
        self._tokenizer: Tokenizer | None = None
        self._heads: Heads | None = None

    @property
    def device(self) -> str:
        """Where the encoder runs, for the report."""
        own = "cuda (half precision)" if self.on_card else f"cpu ({self.threads} threads)"
        on_cpu = self.encoder is None or self.encoder.device == "cpu"
        return own if on_cpu else f"cuda (half precision); {self.base.name}: {own}"

    @cached_property
    def learned(self) -> dict[str, Theme]:
        """Theme id -> theme of what the model was trained on."""
        own = self.model.description.get("themes", {})
        names = self.model.description["labels"]["themes"]
        return {name: theme_of(name, own[name]) if name in own else load()[name] for name in names}

    @property
    def themes(self) -> dict[str, Theme]:
        """Theme id -> theme of everything that can be found."""
        return self.learned | self.custom

    def load(self) -> None:
        """Read the weights and the tokenizer.

        Raises
        ------
        ModelError
            If a file cannot be read as what it should be.
        """
        from tokenizers import Tokenizer

        weights = self.base.path / "model.onnx"
        try:
            self._session = TorchSession(weights, device="cuda") if self.on_card else _cpu_session(weights)
            tokenizer = Tokenizer.from_file(str(self.base.path / "tokenizer.json"))
        except Exception as error:
            raise ModelError(
                f"{self.base.name}: the weights or the tokenizer cannot be read; check them with: voices models verify"
            ) from error
        if isinstance(self.model, HeadsModel):
            self._heads = read(self.model.path / "heads.npz")
        if self.encoder is not None:
            self.encoder.load()
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer

    def code(self, batch: Sequence[Prepared]) -> list[Coded]:
        """Code a batch of prepared comments, in order.

        The codes of a comment depend on nothing but itself; give many at a time, since the threads
        share them.
        """
        wanted = [i for i, item in enumerate(batch) if _is_judged(item)]
        scores = self._score([batch[i] for i in wanted], states=self.keep is not None)
        by_index = {index: scores[k] for k, index in enumerate(wanted)}
        if self.keep is not None:
            for index in wanted:
                if batch[index].status is Status.CODED:
                    self.keep(batch[index], _vectors(by_index[index]))
        coded = [self._coded(item, by_index.get(i)) for i, item in enumerate(batch)]
        return self._with_custom(batch, coded, by_index) if self.custom else coded

    def _with_custom(
        self, batch: Sequence[Prepared], coded: list[Coded], scores: Mapping[int, list[tuple[Window, _Scores]]]
    ) -> list[Coded]:
        """Add the mentions of the custom themes, each with the feeling of its segment alone."""
        found: list[tuple[int, Hit, Segment]] = []
        for index, item in enumerate(batch):
            if item.status is Status.CODED and themes_of(item.comment.voice, self.custom):
                hits = self._finder(item.comment.voice).find(_vectors(scores[index]))
                found += [(index, hit, segments_of(item)[hit.segment]) for hit in hits]
        alone = [
            replace(batch[i], comment=replace(batch[i].comment, text=part.text), segments=()) for i, _, part in found
        ]
        for (index, hit, segment), of_segment in zip(found, self._score(alone), strict=True):
            label = self.model.description["labels"]["sentiment"][int(of_segment[0][1].sentiment.argmax())]
            polarity = label if label in POLARITIES else "neutral"
            mention = Mention(hit.theme, polarity, hit.confidence, segment.text, segment.start, segment.end)
            coded[index] = replace(coded[index], mentions=(*coded[index].mentions, mention))
        return coded

    def _finder(self, voice: str) -> Finder:
        """Give what finds the custom themes of a voice; fitted at the first comment of the voice."""
        if voice not in self._finders:
            self._finders[voice] = fit_finder(self.custom, voice, self.encode)
        return self._finders[voice]

    def encode(self, items: Sequence[Prepared]) -> list[np.ndarray]:
        """Give the unit vectors of the segments of each comment, shape (n_segments, hidden)."""
        return [_vectors(found) for found in self._score(items, states=True)]

    def logits(self, items: Sequence[Prepared]) -> Logits:
        """Give what the base says of each comment, without heads; of a long one, of its first window."""
        import numpy as np

        def rows(windows: Sequence[Window]) -> list[tuple[np.ndarray, ...]]:
            return list(zip(*self._outputs(windows, LOGITS), strict=True))

        first = [found[0][1] for found in self._passes(items, rows)]
        return Logits(*(np.array(values) for values in zip(*first, strict=True)))

    def _score(self, items: Sequence[Prepared], *, states: bool = False) -> list[list[tuple[Window, _Scores]]]:
        vectors = self.encoder.vectors([item.comment.text for item in items]) if self.encoder else None
        return self._passes(items, lambda windows: self._run(windows, vectors, states=states))

    def _passes(
        self, items: Sequence[Prepared], work: Callable[[Sequence[Window]], list[Made]]
    ) -> list[list[tuple[Window, Made]]]:
        """Run all windows, those of the same number of tokens together.

        Nothing is padded and the model scales every token by itself, so a comment's codes do not
        depend on its neighbours, and a resumed run equals a whole one.
        """
        windows = self._windows(items)
        by_length: defaultdict[int, list[Window]] = defaultdict(list)
        for window in windows:
            by_length[len(window.encoding.ids)].append(window)
        chunks = []
        most = cuda.CHUNK_TOKENS if self.on_card else CHUNK_TOKENS
        for length, group in sorted(by_length.items(), reverse=True):  # long ones first: threads end together
            size = max(1, most // length)
            chunks += [group[i : i + size] for i in range(0, len(group), size)]
        made: dict[int, Made] = {}
        with ThreadPoolExecutor(self.threads) as pool:
            for chunk, found in zip(chunks, pool.map(work, chunks), strict=True):
                made.update((id(window), of_one) for window, of_one in zip(chunk, found, strict=True))
        result: list[list[tuple[Window, Made]]] = [[] for _ in items]
        for window in windows:
            result[window.index].append((window, made[id(window)]))
        return result

    def _outputs(self, windows: Sequence[Window], names: Sequence[str]) -> list[np.ndarray]:
        """Give outputs of the base for windows of one length."""
        import numpy as np

        assert self._session is not None
        return self._session.run(list(names), {"input_ids": np.array([w.encoding.ids for w in windows], np.int64)})

    def _windows(self, items: Sequence[Prepared]) -> list[Window]:
        """Tokenise, and cut comments that are too long for the encoder between segments."""
        if self._tokenizer is None:
            self.load()
        assert self._tokenizer is not None
        limit = int(self.model.description["max_tokens"])
        prompts = [
            model_input(item.comment.text, voice=item.comment.voice, question=item.comment.question) for item in items
        ]
        encodings = self._tokenizer.encode_batch([prompt for prompt, _ in prompts])
        windows = []
        for index, (item, encoding, (_, prefix)) in enumerate(zip(items, encodings, prompts, strict=True)):
            if len(encoding.ids) <= limit:
                windows.append(Window(index, 0, prefix, encoding, segments_of(item)))
            else:
                windows += self._cut(index, item, limit)
        return windows

    def _cut(self, index: int, item: Prepared, limit: int) -> list[Window]:
        assert self._tokenizer is not None
        comment = item.comment
        windows = []
        for start, end in spans(item, characters=limit * 3):
            prompt, prefix = model_input(comment.text[start:end], voice=comment.voice, question=comment.question)
            encoding = self._tokenizer.encode(prompt)
            encoding.truncate(limit)
            windows.append(Window(index, start, prefix, encoding, segments_of(item)))
        return windows

    def _run(self, windows: Sequence[Window], vectors: np.ndarray | None, *, states: bool) -> list[_Scores]:
        """Run windows of one length in one pass.

        ``vectors`` are those of the sentence encoder, one a comment; ``states`` gives the sums of the segments too.
        """
        import numpy as np

        names = [*OUTPUTS, "embedding", "states"] if states or self.custom or self._heads else list(OUTPUTS)
        out = dict(zip(names, self._outputs(windows, names), strict=True))
        weight, tokens = out["weight"], out.get("states", np.zeros((len(windows), 0, 0), np.float32))
        vector: np.ndarray = out.get("embedding", tokens)
        if vectors is not None:
            vector = vectors[[window.index for window in windows]]
        logits = Logits(out["themes"], out["polarity"], out["sentiment"], out["emotion"], vector)
        if self._heads is not None:
            weight = self._heads.token_weights(weight, tokens)
            logits = self._heads(logits)
        sums = [np.zeros((0, 0), np.float32)] * len(windows)
        if states or self.custom:
            sums = [segment_sums(window, of_one) for window, of_one in zip(windows, tokens, strict=True)]
        chances = logits.chances(self.model.description)
        parts = (chances.themes, chances.polarity, weight, chances.sentiment, chances.emotion, sums)
        return [_Scores(*of_one) for of_one in zip(*parts, strict=True)]

    def _coded(self, item: Prepared, found: list[tuple[Window, _Scores]] | None) -> Coded:
        if item.status is Status.OTHER_LANGUAGE:
            return Coded(item.comment, item.language, item.status)
        if found is None:
            return Coded(item.comment, item.language, item.status, "neutral", 0.0, 1.0, "none")
        import numpy as np

        labels = self.model.description["labels"]
        size = np.array([len(window.encoding.ids) for window, _ in found], float)
        share = size / size.sum()
        sentiment = np.einsum("w,wc->c", share, np.array([scores.sentiment for _, scores in found]))
        emotion = np.einsum("w,wc->c", share, np.array([scores.emotion for _, scores in found]))
        best = int(sentiment.argmax())
        chances = np.array([scores.themes for _, scores in found]) * self._used(item.comment.voice)
        unsure = doubt(chances.max(axis=0), self._thresholds, float(sentiment[best]))
        return Coded(
            item.comment,
            item.language,
            item.status,
            labels["sentiment"][best],
            float(sentiment[0] - sentiment[1]),
            float(sentiment[best]),
            labels["emotion"][int(emotion.argmax())],
            self._mentions(item, found, chances) if item.status is Status.CODED else (),
            needs_review=unsure > self.model.description["review_above"],
        )

    @cached_property
    def _thresholds(self) -> np.ndarray:
        import numpy as np

        names = self.model.description["labels"]["themes"]
        return np.array([self.model.description["thresholds"][name] for name in names])

    def _used(self, voice: str) -> np.ndarray:
        """Give 1 for the themes that the taxonomy uses for a voice, 0 for the others."""
        import numpy as np

        used = themes_of(voice, self.learned)
        return np.array([float(name in used) for name in self.model.description["labels"]["themes"]])

    def _mentions(
        self, item: Prepared, found: list[tuple[Window, _Scores]], chances: np.ndarray
    ) -> tuple[Mention, ...]:
        """Give the themes above their thresholds, most certain first; ``chances`` is (n_windows, n_themes)."""
        import numpy as np

        names = self.model.description["labels"]["themes"]
        thresholds, which, best = self._thresholds, chances.argmax(axis=0), chances.max(axis=0)
        chosen = [int(t) for t in np.flatnonzero(best >= thresholds)]
        chosen.sort(key=lambda t: float(thresholds[t] - best[t]))
        mentions = []
        for theme in chosen[:MAX_MENTIONS]:
            window, scores = found[which[theme]]
            segment = evidence(window, scores.weight[theme])
            signs = np.array([s.polarity[theme] for (_, s), p in zip(found, chances, strict=True)
                              if p[theme] >= thresholds[theme]])  # fmt: skip
            polarity = _joint_polarity(signs)
            mentions.append(
                Mention(names[theme], polarity, float(best[theme]), segment.text, segment.start, segment.end)
            )
        return tuple(mentions)


def doubt(themes: np.ndarray, thresholds: np.ndarray, sentiment: float) -> float:
    """Say how close the codes of a comment are to coming out differently.

    Parameters
    ----------
    themes : ndarray, shape (n_themes,)
        Probabilities, 0 to 1.
    thresholds : ndarray, shape (n_themes,)
        Between 0 and 1.
    sentiment : float
        Probability of the chosen sentiment.

    Returns
    -------
    float
        0 (sure) to 1: the larger of 1 - ``sentiment`` and, of the theme nearest to its threshold, how
        near it is (1 at the threshold, 0 at a probability of 0 or 1).
    """
    below, above = themes / thresholds, (1 - themes) / (1 - thresholds)
    return max(1 - sentiment, float(below.clip(max=above).max()))


def _cpu_session(path: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the threads work on different comments
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _usable_cores() -> int:
    """Count the cores that this process may use, which a container or a job limit can lower."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_judged(item: Prepared) -> bool:
    """Tell whether the model reads the comment; "none" says something when there is a question."""
    if item.status in (Status.CODED, Status.WORDLESS):
        return True
    asked = usable_question(item.comment.question) is not None
    return item.status is Status.PLACEHOLDER and asked and any(map(str.isalpha, item.comment.text))


def _joint_polarity(signs: np.ndarray) -> str:
    """Join the polarities of the parts of a long comment: both ways is neutral."""
    labels = {POLARITIES[int(row.argmax())] for row in signs}
    if labels >= {"positive", "negative"}:
        return "neutral"
    return POLARITIES[int(signs.mean(axis=0).argmax())]


def _vectors(found: Sequence[tuple[Window, _Scores]]) -> np.ndarray:
    """Give the unit vectors of the segments of a comment, shape (n_segments, hidden)."""
    import numpy as np

    return unit_rows(np.sum([scores.sums for _, scores in found], axis=0))


def open_analyst(
    name: str, *, device: str = "auto", threads: int | None = None, custom: Mapping[str, Theme] | None = None
) -> AnalystLike:
    """Find a model and give the analyst that runs it.

    Parameters
    ----------
    custom : mapping or None
        Theme id -> theme of the user's own.

    Raises
    ------
    InputError
        If the model is unknown, or cannot run on the device.
    MissingExtraError, ModelError
        If a model of another maker lacks its packages, or cannot be had or used.
    """
    if is_foreign(name):
        base = Analyst(find(), threads=threads, custom=custom)
        return open_foreign(name, base=base, device=device, threads=threads)
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"--device {device}: choose one of auto, cpu, cuda")
    model = find(name)
    if isinstance(model, HeadsModel) and model.encoder:
        encoder = open_encoder(**model.encoder, device=device, threads=threads)
        return Analyst(model, threads=threads, custom=custom, encoder=encoder)
    if device == "cuda":
        check_cuda()
    on_card = device == "cuda" or (device == "auto" and has_cuda())
    return Analyst(model, threads=threads, device="cuda" if on_card else "cpu", custom=custom)
