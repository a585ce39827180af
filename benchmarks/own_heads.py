"""How good heads are that are fitted to somebody's own codes, by the number of coded comments.

``python benchmarks/own_heads.py --data DIR`` fits heads to seeded samples of ``DIR/train_coded.jsonl.gz`` and measures
them on ``DIR/gold_dev.jsonl``: once with the shipped codebook, once with a foreign one, which is the shipped one with
themes merged and all of them renamed. Beside them stands the shipped model; for the foreign codebook its codes are
translated by the very rule that made the codebook, which nobody has for a real one.

The shipped model was trained on most of these comments, so it is surer of them than of new ones, and heads that are
fitted to them trust it too much. The row "unseen" takes the comments that its training held out.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from voices.analyst import open_analyst
from voices.evaluate import Codes, agreement, intervals, pair_up, read_codes
from voices.own_codes import train
from voices.prepare import prepare
from voices.taxonomy import THEMES
from voices.training.data import coded_rows, read_json_lines, split_held_out
from voices.types import Comment

SIZES = (300, 1000, 3000)
FOREIGN = {
    "trust": "fair dealing", "recognition": "fair dealing", "training": "able people", "empowerment": "able people",
    "growth": "staying or leaving", "turnover": "staying or leaving", "communication": "working together",
    "collaboration": "working together", "leadership": "house and bosses", "culture": "house and bosses",
    "workload": "time", "process": "systems", "environment": "place", "engagement": "spirit", "compensation": "money",
    "price": "money", "product": "goods",
}  # fmt: skip
PLAIN = {theme: theme for theme in THEMES}
FIGURES = ("theme_micro_f1", "polarity_micro_f1", "sentiment_macro_f1")


def translated(themes: Mapping[str, str], codebook: Mapping[str, str]) -> dict[str, str]:
    """Give the codes in another codebook; a theme said both ways is neutral."""
    found: dict[str, str] = {}
    for theme, polarity in themes.items():
        name = codebook[theme]
        found[name] = polarity if found.get(name, polarity) == polarity else "neutral"
    return found


def samples(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Give the coded comments to fit to: translations stay with what they translate."""
    rows = list(read_json_lines(path))
    groups = sorted({row.get("translated_from") or row["id"] for row in rows})
    random.Random(7).shuffle(groups)
    place = {group: number for number, group in enumerate(groups)}
    rows.sort(key=lambda row: (place[row.get("translated_from") or row["id"]], row["id"]))
    unseen = {row.id for row in split_held_out(coded_rows(path), share=0.08, seed=20)[1]}
    return {f"{n:,}": rows[:n] for n in SIZES} | {"unseen": [row for row in rows if row["id"] in unseen]}


def coded_by(model: str, items: Sequence[dict[str, Any]], threads: int) -> list[Codes]:
    """Code the comments of a gold file."""
    comments = [
        Comment(item["id"], item["voice"], "", number, item["text"], item.get("question"))
        for number, item in enumerate(items)
    ]
    return [
        Codes(
            coded.comment.id, coded.comment.voice, coded.language, coded.sentiment, coded.emotion,
            {mention.theme: mention.polarity for mention in coded.mentions},
        )
        for coded in open_analyst(model, device="cpu", threads=threads).code(prepare(comments))
    ]  # fmt: skip


def show(name: str, pairs: Sequence[tuple[Codes, Codes]], *, validated: float | None = None) -> None:
    """Print a line of the table."""
    row, bounds = vars(agreement(pairs)), intervals(pairs)
    cells = [f"{row[key]:.3f} ({bounds[key][0]:.2f}-{bounds[key][1]:.2f})" for key in FIGURES]
    print(f"{name:<28}" + "".join(f"{cell:>20}" for cell in cells) + (f"{validated:>14.3f}" if validated else ""))


def main() -> None:
    """Fit, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=Path, help="coded comments to measure on  [default: gold_dev.jsonl in --data]")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    path = arguments.gold or arguments.data / "gold_dev.jsonl"
    items, gold = list(read_json_lines(path)), read_codes(path)
    shipped = coded_by("voices-small", items, arguments.threads)
    print(
        f"{'':<28}" + "".join(f"{name:>20}" for name in ("themes", "with polarity", "sentiment")) + f"{'validated':>14}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for codebook, rule in (("shipped codebook", PLAIN), ("foreign codebook", FOREIGN)):
            wanted = [replace(codes, themes=translated(codes.themes, rule)) for codes in gold]
            print(codebook)
            ours = [replace(codes, themes=translated(codes.themes, rule)) for codes in shipped]
            show("  shipped model", pair_up(ours, wanted))
            for name, rows in samples(arguments.data / "train_coded.jsonl.gz").items():
                file, out = Path(folder) / "gold.jsonl", Path(folder) / f"{codebook}-{name}"
                lines = (json.dumps(row | {"themes": translated(row["themes"], rule)}) for row in rows)
                file.write_text("\n".join(lines), encoding="utf8")
                fitted = train([file], out, device="cpu", threads=arguments.threads)
                validated = fitted.metrics["groups"]["all"]["theme_micro_f1"]
                found = coded_by(str(out), items, arguments.threads)
                show(f"  heads on {name} ({len(rows)} rows)", pair_up(found, wanted), validated=validated)


if __name__ == "__main__":
    main()
