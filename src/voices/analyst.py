"""The embedded analyst: one encoder pass a comment gives sentiment, emotion, themes and evidence."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from voices import cuda
from voices.cuda import TorchSession, check_cuda, has_cuda
from voices.custom_themes import Finder, Hit, fit_finder
from voices.errors import InputError, ModelError
from voices.hub import is_foreign, open_foreign
from voices.model_input import model_input, usable_question
from voices.models import AnalystLike, ModelFolder, find
from voices.taxonomy import MAX_MENTIONS, POLARITIES, Theme, load, themes_of
from voices.types import Coded, Mention, Prepared, Segment, Status
from voices.windows import Window, evidence, segment_sums, segments_of, spans, unit_rows

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

OUTPUTS = ("themes", "polarity", "sentiment", "emotion", "weight")
BATCH = 1024
"""Comments that are worth giving together: of each length there are a few then."""
CHUNK_TOKENS = 512
"""Tokens in one pass of the encoder: enough to keep its matrices busy, few enough for the cache."""


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
        Theme id -> theme of the user's own, found beside those of the model.

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
    ) -> None:
        self.model = model
        self.on_card = device == "cuda"
        self.threads = 1 if self.on_card else threads or _usable_cores()
        self.batch_size = cuda.BATCH if self.on_card else BATCH
        self.custom = dict(custom or {})
        self.keep: Callable[[Prepared, np.ndarray], None] | None = None
        self._finders: dict[str, Finder] = {}
        self._session: InferenceSession | TorchSession | None = None
        self._tokenizer: Tokenizer | None = None

    @property
    def device(self) -> str:
        """Where the encoder runs, for the report."""
        return "cuda (half precision)" if self.on_card else f"cpu ({self.threads} threads)"

    @property
    def themes(self) -> dict[str, Theme]:
        """Theme id -> theme of everything that can be found."""
        return load() | self.custom

    def load(self) -> None:
        """Read the weights and the tokenizer.

        Raises
        ------
        ModelError
            If a file cannot be read as what it should be.
        """
        from tokenizers import Tokenizer

        weights = self.model.path / "model.onnx"
        try:
            self._session = TorchSession(weights, device="cuda") if self.on_card else _cpu_session(weights)
            tokenizer = Tokenizer.from_file(str(self.model.path / "tokenizer.json"))
        except Exception as error:
            raise ModelError(
                f"{self.model.name}: the weights or the tokenizer cannot be read; check them with: voices models verify"
            ) from error
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

    def _score(self, items: Sequence[Prepared], *, states: bool = False) -> list[list[tuple[Window, _Scores]]]:
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
        scores: dict[int, _Scores] = {}
        run = partial(self._run, states=states or bool(self.custom))
        with ThreadPoolExecutor(self.threads) as pool:
            for chunk, found in zip(chunks, pool.map(run, chunks), strict=True):
                scores.update((id(window), score) for window, score in zip(chunk, found, strict=True))
        result: list[list[tuple[Window, _Scores]]] = [[] for _ in items]
        for window in windows:
            result[window.index].append((window, scores[id(window)]))
        return result

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

    def _run(self, windows: Sequence[Window], *, states: bool) -> list[_Scores]:
        """Run windows of one length in one pass; ``states`` gives the sums of the segments too."""
        import numpy as np

        assert self._session is not None
        ids = np.array([window.encoding.ids for window in windows], np.int64)
        wanted = [*OUTPUTS, "states"] if states else list(OUTPUTS)
        themes, polarity, sentiment, emotion, weight, *rest = self._session.run(wanted, {"input_ids": ids})
        sums = [np.zeros((0, 0), np.float32)] * len(windows)
        if rest:
            sums = [segment_sums(window, of_one) for window, of_one in zip(windows, rest[0], strict=True)]
        temperature = self.model.description["temperature"]
        themes = np.interp(themes, *np.array(self.model.description["curve"]).T)
        polarity = softmax(polarity / temperature["polarity"])
        sentiment = softmax(sentiment / temperature["sentiment"])
        emotion = softmax(emotion / temperature["emotion"])
        every = zip(themes, polarity, weight, sentiment, emotion, sums, strict=True)
        return [_Scores(*of_one) for of_one in every]

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

        used = themes_of(voice)
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


def softmax(values: np.ndarray) -> np.ndarray:
    """Give the probabilities of the classes in the last axis."""
    import numpy as np

    shifted = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


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
    if device == "cuda":
        check_cuda()
    on_card = device == "cuda" or (device == "auto" and has_cuda())
    return Analyst(find(name), threads=threads, device="cuda" if on_card else "cpu", custom=custom)
