"""Comments a second of each stage of the main job, on comments of about twenty words.

``python benchmarks/throughput.py [--comments 2000] [--threads 2]`` prints one line a stage.
"""

from __future__ import annotations

import argparse
import random
import time

from voices.analyst import open_analyst
from voices.prepare import prepare
from voices.types import Comment

WORDS = {
    "en": "the staff were friendly but we had to wait far too long at the till because only one was open today".split(),
    "nl": "het personeel was vriendelijk maar we moesten veel te lang wachten omdat er maar één kassa open was".split(),
}


def comments(count: int) -> list[Comment]:
    """Make comments of 15 to 25 words, no two alike, half of them Dutch."""
    rng = random.Random(1)
    made = []
    for number in range(count):
        words = WORDS["nl" if number % 2 else "en"]
        text = " ".join([*rng.sample(words, len(words) - rng.randrange(4)), str(number)])
        made.append(Comment(str(number), "customer", "made", number, text))
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    analyst = open_analyst("voices-small", threads=arguments.threads)
    analyst.load()
    batch = comments(arguments.comments)
    analyst.code(prepare(batch[:64]))  # detector and weights are warm
    began = time.perf_counter()
    prepared = prepare(batch)
    middle = time.perf_counter()
    analyst.code(prepared)
    end = time.perf_counter()
    print(f"prepare  {len(batch) / (middle - began):8.0f} comments/s")
    print(f"code     {len(batch) / (end - middle):8.0f} comments/s")
    print(f"together {len(batch) / (end - began):8.0f} comments/s ({arguments.threads} threads)")


if __name__ == "__main__":
    main()
