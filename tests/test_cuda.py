"""The graphics card's path: the same file, the same arithmetic; the card itself in marked tests."""

import numpy as np
import pytest

from voices import cuda
from voices.analyst import open_analyst
from voices.cuda import TorchSession, check_cuda, has_cuda
from voices.errors import InputError, MissingExtraError
from voices.models import find
from voices.prepare import prepare
from voices.types import Comment

pytest.importorskip("torch", reason="needs the extra 'gpu'")
pytest.importorskip("onnx", reason="needs the extra 'gpu'")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TEXTS = [
    "Friendly staff, but we waited an hour at the till.",
    "De werkdruk is veel te hoog en niemand luistert.",
    "Nothing to complain about",
    "The app crashes every time I log in",
    "Fijne collega's en een goed salaris",
]


def prepared(texts):
    voices = ("customer", "employee")
    return prepare([Comment(str(n), voices[n % 2], "f", n, text) for n, text in enumerate(texts)])


def test_torch_says_what_the_processor_says(analyst, monkeypatch):
    items = prepared(TEXTS)
    want = analyst.code(items)
    session = TorchSession(find().path / "model.onnx", device="cpu")
    monkeypatch.setattr(analyst, "_session", session)
    got = analyst.code(items)
    for one, other in zip(want, got, strict=True):
        assert one.sentiment == other.sentiment
        assert abs(one.sentiment_score - other.sentiment_score) < 0.05
        assert {m.theme: m.polarity for m in one.mentions} == {m.theme: m.polarity for m in other.mentions}


def test_every_output_has_the_shape_of_the_file(analyst):
    session = TorchSession(find().path / "model.onnx", device="cpu")
    ids = np.array([[0, 100, 200, 300, 2], [0, 400, 500, 600, 2]])
    names = ["themes", "polarity", "sentiment", "emotion", "weight", "embedding", "states"]
    want = analyst._session.run(names, {"input_ids": ids})
    for name, one, other in zip(names, want, session.run(names, {"input_ids": ids}), strict=True):
        assert one.shape == other.shape, name


def test_a_card_that_is_not_there_is_refused(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="finds no CUDA device here; use auto or cpu"):
        check_cuda()
    assert not has_cuda()
    assert open_analyst("voices-small", device="auto").device.startswith("cpu")


def test_missing_packages_are_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"voices\[gpu\]"):
        check_cuda()


def test_a_card_takes_larger_batches(monkeypatch):
    monkeypatch.setattr("voices.analyst.has_cuda", lambda: True)
    analyst = open_analyst("voices-small")
    assert analyst.device == "cuda (half precision)"
    assert analyst.batch_size == cuda.BATCH > open_analyst("voices-small", device="cpu").batch_size


@pytest.mark.gpu
def test_codes_of_the_card_are_those_of_the_processor(analyst):
    from voices.training.behaviour import codes_of
    from voices.training.data import written_rows

    if not has_cuda():
        pytest.skip("no CUDA device")
    items = prepared([row.text for row in written_rows()])
    pairs = list(zip(analyst.code(items), open_analyst("voices-small", device="cuda").code(items), strict=True))
    assert sum(one.sentiment == other.sentiment for one, other in pairs) / len(pairs) >= 0.99
    same = sum(codes_of(one) == codes_of(other) for one, other in pairs)
    assert same / len(pairs) >= 0.94
