"""The embedded analyst: one encoder pass a comment gives sentiment, emotion, themes and evidence."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voices.errors import InputError, ModelError
from voices.model_input import model_input, usable_question
from voices.models import ModelFolder, find
from voices.taxonomy import POLARITIES
from voices.types import Coded, Mention, Prepared, Segment, Status

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

MAX_MENTIONS = 5
"""Themes per comment at most, as the codebook says."""
OUTPUTS = ("attention", "presence", "polarity", "sentiment", "emotion")


@dataclass(frozen=True)
class _Window:
    """A part of a comment that fits the encoder.

    ``offset`` is the position in the comment's text at which the part starts.
    """

    index: int
    offset: int
    prefix: int
    encoding: Encoding


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
        Contribution of each token to the theme.
    sentiment, emotion : ndarray
        Probabilities.
    """

    themes: np.ndarray
    polarity: np.ndarray
    weight: np.ndarray
    sentiment: np.ndarray
    emotion: np.ndarray


class Analyst:
    """Codes comments with a model folder; the weights are read at the first use.

    Parameters
    ----------
    model : ModelFolder
    threads : int or None
        Comments that are worked on at a time; None takes one per core that this process may use.
    """

    def __init__(self, model: ModelFolder, *, threads: int | None = None) -> None:
        self.model = model
        self.threads = threads or _usable_cores()
        self._session: InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None

    @property
    def device(self) -> str:
        """Where the encoder runs, for the report."""
        return f"cpu ({self.threads} threads)"

    def load(self) -> None:
        """Read the weights and the tokenizer.

        Raises
        ------
        ModelError
            If a file cannot be read as what it should be.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the threads work on different comments
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(self.model.path / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
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
        scores = self._score([batch[i] for i in wanted])
        by_index = {index: scores[k] for k, index in enumerate(wanted)}
        return [self._coded(item, by_index.get(i)) for i, item in enumerate(batch)]

    def _score(self, items: Sequence[Prepared]) -> list[list[tuple[_Window, _Scores]]]:
        """Run every window by itself, several at a time.

        The int8 encoder scales its activations by the largest of a pass: in a batch, a comment's
        codes would depend on its neighbours, and a resumed run would differ from a whole one.
        """
        windows = self._windows(items)
        result: list[list[tuple[_Window, _Scores]]] = [[] for _ in items]
        with ThreadPoolExecutor(self.threads) as pool:
            for window, scores in zip(windows, pool.map(self._run, windows), strict=True):
                result[window.index].append((window, scores))
        return result

    def _windows(self, items: Sequence[Prepared]) -> list[_Window]:
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
                windows.append(_Window(index, 0, prefix, encoding))
            else:
                windows += self._cut(index, item, limit)
        return windows

    def _cut(self, index: int, item: Prepared, limit: int) -> list[_Window]:
        assert self._tokenizer is not None
        comment = item.comment
        windows = []
        for start, end in _spans(item, characters=limit * 3):
            prompt, prefix = model_input(comment.text[start:end], voice=comment.voice, question=comment.question)
            encoding = self._tokenizer.encode(prompt)
            encoding.truncate(limit)
            windows.append(_Window(index, start, prefix, encoding))
        return windows

    def _run(self, window: _Window) -> _Scores:
        import numpy as np

        assert self._session is not None
        ids = np.array([window.encoding.ids], np.int64)
        values = self._session.run(list(OUTPUTS), {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        attention, presence, polarity, sentiment, emotion = (value[0] for value in values)
        temperature = self.model.description["temperature"]
        themes = (attention * presence).sum(axis=-1) / temperature["themes"]
        return _Scores(
            themes=1 / (1 + np.exp(-themes)),
            polarity=_softmax(np.einsum("qt,qtc->qc", attention, polarity)),
            # A token speaks for a theme by how much attention it gets and how far it pulls the score up.
            weight=attention * np.exp(np.clip(presence, -20, 20) / 4),
            sentiment=_softmax(sentiment / temperature["sentiment"]),
            emotion=_softmax(emotion),
        )

    def _coded(self, item: Prepared, found: list[tuple[_Window, _Scores]] | None) -> Coded:
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
        mentions = self._mentions(item, found) if item.status is Status.CODED else ()
        return Coded(
            item.comment,
            item.language,
            item.status,
            labels["sentiment"][best],
            float(sentiment[0] - sentiment[1]),
            float(sentiment[best]),
            labels["emotion"][int(emotion.argmax())],
            mentions,
        )

    def _mentions(self, item: Prepared, found: list[tuple[_Window, _Scores]]) -> tuple[Mention, ...]:
        """Give the themes above their thresholds, most certain first."""
        import numpy as np

        names = self.model.description["labels"]["themes"]
        thresholds = np.array([self.model.description["thresholds"][name] for name in names])
        chances = np.array([scores.themes for _, scores in found])
        which = chances.argmax(axis=0)
        best = chances.max(axis=0)
        chosen = [int(t) for t in np.flatnonzero(best >= thresholds)]
        chosen.sort(key=lambda t: float(thresholds[t] - best[t]))
        mentions = []
        for theme in chosen[:MAX_MENTIONS]:
            window, scores = found[which[theme]]
            segment = _evidence(item, window, scores.weight[theme])
            signs = np.array([s.polarity[theme] for (_, s), p in zip(found, chances, strict=True)
                              if p[theme] >= thresholds[theme]])  # fmt: skip
            polarity = _joint_polarity(signs)
            mentions.append(
                Mention(names[theme], polarity, float(best[theme]), segment.text, segment.start, segment.end)
            )
        return tuple(mentions)


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


def _evidence(item: Prepared, window: _Window, weight: Any) -> Segment:
    """Find the segment whose tokens speak most for a theme."""
    comment = item.comment
    if not item.segments:
        return Segment(0, len(comment.text), comment.text)
    totals = [0.0] * len(item.segments)
    position = 0
    for (start, end), value in zip(window.encoding.offsets, weight, strict=True):
        if end <= window.prefix or end <= start:
            continue
        last = end - 1 - window.prefix + window.offset
        while position + 1 < len(item.segments) and last >= item.segments[position + 1].start:
            position += 1
        totals[position] += float(value)
    return item.segments[max(range(len(totals)), key=totals.__getitem__)]


def _spans(item: Prepared, *, characters: int) -> list[tuple[int, int]]:
    """Cut a long comment at segment borders into spans of about ``characters``."""
    spans: list[tuple[int, int]] = []
    start = 0
    for segment in item.segments or (Segment(0, len(item.comment.text), item.comment.text),):
        if segment.end - start > characters and segment.start > start:
            spans.append((start, segment.start))
            start = segment.start
        while segment.end - start > characters:
            spans.append((start, start + characters))
            start += characters
    spans.append((start, len(item.comment.text)))
    return [span for span in spans if item.comment.text[span[0] : span[1]].strip()]


def _softmax(values: np.ndarray) -> np.ndarray:
    import numpy as np

    shifted = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def open_analyst(name: str, *, device: str = "auto", threads: int | None = None) -> Analyst:
    """Find a model and give the analyst that runs it.

    Raises
    ------
    InputError
        If the device is not ``auto`` or ``cpu``, or the model is unknown.
    """
    if device not in ("auto", "cpu"):
        raise InputError(f"--device {device}: the shipped model runs on 'cpu' (or 'auto') in this version")
    return Analyst(find(name), threads=threads)
