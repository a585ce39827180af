"""The words of a topic: what counts as a word, keywords, and a label that a person can read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from voices.privacy import is_first_name

if TYPE_CHECKING:
    import numpy as np

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_MASK = re.compile(r"\[[\w -]+\]")
SHORTEST = 2
EVALUATIVE = frozenset(
    """
    good great nice bad best better excellent amazing awesome fantastic poor terrible awful horrible fine lovely
    perfect wonderful love like positive negative okay happy thing things stuff lot lots bit
    goed goede beter beste slecht slechte fijn fijne leuk leuke prima mooi mooie top super geweldig perfect
    uitstekend tevreden positief negatief ding dingen zaken
    """.split()
)
"""Words that judge and name nothing: keywords only where a topic has no others."""
MORE_STOP_WORDS = frozenset(
    """
    don't doesn't didn't can't cannot couldn't won't wouldn't isn't wasn't aren't weren't hasn't haven't hadn't
    shouldn't it's i'm i've i'd i'll you're you've they're we're we've that's there's what's let's he's she's
    dont doesnt didnt cant wont isnt im ive thats really very also just get got getting gets going goes go
    zo'n erg heel echt gewoon soms vaak vooral wel eens zoals bijv bijvoorbeeld etc enz nvt alleen gaan gaat komt
    komen moet moeten mogen kunnen kun wordt worden staan staat krijg krijgt krijgen laten laat vind vinden vindt
    maken maakt heb hebt hebben zitten ligt graag steeds verder elke ieder iedere weinig veel meer minder
    na n.v.t
    """.split()
)
FILLER = frozenset(
    """
    cons con pros pro downsides downside upsides upside disadvantages disadvantage advantages drawbacks negatives
    negative complaints complaint comment comments suggestions suggestion tips improvements improvement improve
    think thinking say mention add report known moment far mind comes come specific particular great happy fine
    everything anything nothing none idea know sure applicable answer thing things complain complaining satisfied
    minpunten minpunt nadelen nadeel pluspunten pluspunt voordelen voordeel verbeterpunten verbeterpunt klachten
    klacht opmerkingen opmerking tip suggesties suggestie verbeteringen verbetering verbeteren denken bedenken
    zeggen melden toevoegen noemen aanmerkingen aanmerking idee weet niks niets geen moment tevreden alles echte
    echt direct negatiefs negatief positief bijzonders klagen merken zou
    """.split()
)
"""Words of answers that say that there is nothing to say."""
_NOTHING = re.compile(
    r"\b(?:no|not any|not many|none|nothing|geen|niks|niets|weinig|few)\b(?:\W+\w+){0,2}?\W+"
    r"(?:cons?|downsides?|disadvantages?|drawbacks?|negatives?|complaints?|comments?|improvements?|suggestions?|"
    r"to (?:complain|say|add|improve)|minpunt(?:en)?|nade(?:el|len)|klachten?|opmerking(?:en)?|verbeterpunt(?:en)?|"
    r"aanmerkingen|te (?:klagen|melden|zeggen|verbeteren))\b"
)
LONGEST_NOTHING = 12
"""Words of a sentence that says no more than that there is nothing to say."""
MOST, ENOUGH = 10, 5
"""Keywords of a topic at most, and those above which no rare word is added."""
SUPPORT = 0.06
"""Part of a topic's texts that a keyword is in, where there are such words."""
LONGEST_PHRASE = 4
PHRASE_SUPPORT = 0.03


@cache
def stop_words() -> frozenset[str]:
    """Give the words of English and Dutch that say nothing of a subject."""
    from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
    from spacy.lang.nl.stop_words import STOP_WORDS as DUTCH

    return frozenset({*ENGLISH, *DUTCH, *MORE_STOP_WORDS})


def all_words(text: str) -> list[str]:
    """List the words of a text in lower case; marks of masked data such as ``[e-mail]`` are none."""
    return _WORD.findall(_MASK.sub(" ", text).replace("’", "'").casefold())


def content_words(text: str) -> list[str]:
    """List the words that can say what a text is about.

    Examples
    --------
    >>> content_words("The queue at the till was too long, mail [e-mail]")
    ['queue', 'till', 'long', 'mail']
    """
    stop = stop_words()
    return [word for word in all_words(text) if len(set(word)) >= SHORTEST and word not in stop]


def says_something(text: str) -> bool:
    """Tell whether a sentence is about anything: "no cons that I can think of" is not.

    Examples
    --------
    >>> says_something("No cons at this company"), says_something("Geen verbeterpunten"), says_something("No parking")
    (False, False, True)
    """
    words = all_words(text)
    if len(words) <= LONGEST_NOTHING and _NOTHING.search(" ".join(words)):
        return False
    return any(word not in FILLER for word in content_words(text))


def keywords(score: Mapping[str, float], texts: Sequence[str], allowed: frozenset[str]) -> list[str]:
    """Choose the keywords of a topic.

    Parameters
    ----------
    score : mapping
        Word -> c-TF-IDF in the topic, above 0.
    texts : sequence of str
        Distinct texts of the topic.
    allowed : frozenset of str
        Words that enough people use to be shown.

    Returns
    -------
    list of str
        At most :data:`MOST`, best first: words of many texts before words of few, words that name
        before words that judge. First names are none.
    """
    there = Counter(word for text in texts for word in set(content_words(text)))
    shown = (word for word in score if word in allowed and there[word] and not is_first_name(word))
    words = sorted(shown, key=lambda word: (-score[word], word))
    enough = max(2.0, SUPPORT * len(texts))
    naming = [word for word in words if word not in EVALUATIVE]
    order = [word for word in naming if there[word] >= enough]
    order += [word for word in naming if 2 <= there[word] < enough][: max(0, ENOUGH - len(order))]
    order += [word for word in words if word in EVALUATIVE] if len(order) < 3 else []
    return (order or words)[:MOST]


def label(chosen: Sequence[str], texts: Sequence[tuple[str, int]], *, fewest: int) -> str:
    """Make a label of a topic: its most telling phrase, and up to two keywords more.

    Parameters
    ----------
    chosen : sequence of str
        Its keywords, best first.
    texts : sequence of (str, int)
        Texts of the topic in its main language, each with the number of who wrote it.
    fewest : int
        People who must have used a phrase.

    Examples
    --------
    >>> said = [("Poor work life balance, long hours", n) for n in range(5)]
    >>> label(["balance", "life", "work", "hours"], said, fewest=3)
    'Work life balance, hours'
    """
    if not chosen:
        return ""
    rank = {word: 1 / (2 + place) for place, word in enumerate(chosen)}
    people: dict[str, set[int]] = {}
    for text, person in texts:
        for phrase in set(_phrases(all_words(text), rank)):
            people.setdefault(phrase, set()).add(person)
    enough = max(fewest, PHRASE_SUPPORT * len(texts))
    found = [
        (sum(rank.get(w, 0) for w in p.split()) * len(who) ** 0.5, p) for p, who in people.items() if len(who) >= enough
    ]
    main = max(found, key=lambda item: (item[0], item[1]))[1] if found else chosen[0]
    others = [word for word in chosen if not _within(word, main) and (len(people.get(word, ())) >= fewest or not found)]
    text = ", ".join([main, *others[:2]])
    return text[:1].upper() + text[1:]


def _phrases(words: Sequence[str], rank: Mapping[str, float]) -> Iterable[str]:
    """Yield the runs of words that begin and end with a keyword and hold no more than one other word."""
    for start, word in enumerate(words):
        if word not in rank:
            continue
        yield word
        for end in range(start + 2, min(start + LONGEST_PHRASE, len(words)) + 1):
            inside = words[start:end]
            if inside[-1] in rank and sum(w not in rank for w in inside) <= 1 and len(set(inside)) == len(inside):
                yield " ".join(inside)


def _within(word: str, phrase: str) -> bool:
    """Tell whether a word is in a phrase, also in another form (one begins as the other)."""
    return any(word.startswith(part[:5]) or part.startswith(word[:5]) for part in phrase.split() if len(part) > 2)


def said_by(texts: Sequence[str], people: np.ndarray, *, fewest: int) -> frozenset[str]:
    """List the words that at least ``fewest`` different people use; ``people[i]`` wrote ``texts[i]``."""
    who: dict[str, set[int]] = {}
    for text, person in zip(texts, people.tolist(), strict=True):
        for word in set(content_words(text)):
            known = who.setdefault(word, set())
            if len(known) < fewest:
                known.add(person)
    return frozenset(word for word, known in who.items() if len(known) >= fewest)
