"""Whether the keywords of a topic are said together: C_npmi."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

WINDOW = 10
"""Words that count as together."""
TOP = 10
TINY = 1e-12


def coherence(topics: Sequence[Sequence[str]], texts: Sequence[Sequence[str]], *, window: int = WINDOW) -> float | None:
    """Give the mean C_npmi of topics.

    Parameters
    ----------
    topics : sequence of sequences of str
        Keywords, best first; the first :data:`TOP` count.
    texts : sequence of sequences of str
        The words of each text, in order, stop words too.
    window : int
        Width of the sliding window, in words; a shorter text is one window.

    Returns
    -------
    float or None
        -1 (never together) to 1 (always together), 0 for chance; None without two keywords.

    Notes
    -----
    Normalised pointwise mutual information (Bouma, 2009) over a Boolean sliding window, averaged over the pairs
    of a topic and over topics, as in Röder, Both and Hinneburg (2015), WSDM.

    Examples
    --------
    >>> coherence([["till", "queue"]], [["long", "queue", "till"], ["nice", "staff"]])
    1.0
    """
    wanted = {word for words in topics for word in words[:TOP]}
    single: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    n_windows = 0
    for words in texts:
        last = max(1, len(words) - window + 1)
        n_windows += last
        places = [(i, word) for i, word in enumerate(words) if word in wanted]
        if not places:
            continue
        for start in range(last):
            seen = sorted({word for i, word in places if start <= i < start + window})
            single.update(seen)
            both.update(combinations(seen, 2))
    scores = [_npmi(words[:TOP], single, both, n_windows) for words in topics]
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known else None


def _npmi(words: Sequence[str], single: Counter[str], both: Counter[tuple[str, str]], n: int) -> float | None:
    values = []
    for one, other in combinations(words, 2):
        if not single[one] or not single[other]:
            continue
        joint = both[(min(one, other), max(one, other))] / n + TINY
        if joint >= 1:
            values.append(0.0)
            continue
        values.append(math.log(joint / (single[one] / n * single[other] / n)) / -math.log(joint))
    return round(sum(values) / len(values), 9) if values else None
