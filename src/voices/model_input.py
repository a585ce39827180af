"""The text that the encoder sees for a comment, the same in training and in use."""

from __future__ import annotations

import re

MAX_QUESTION = 120
"""Characters of a question that are kept; a long instruction would crowd out the answer."""


def usable_question(question: str | None) -> str | None:
    """Give the question if it says something; codes such as "Q1" or "Trust B - Q1" do not.

    Examples
    --------
    >>> usable_question("What could we improve?"), usable_question("Ward 3 - Q2"), usable_question("Vraag 12")
    ('What could we improve?', None, None)
    """
    if not question or not any(c.isalpha() for c in question):
        return None
    is_code = re.search(r"(?:\bq\s?|\b)\d+\s*$", question, re.IGNORECASE)
    return None if is_code and "?" not in question else question


SHOUTED = 0.8
"""Share of capitals among the letters above which a text was typed with the key locked."""


def calm(text: str) -> str:
    """Lower the case of a text that is all capitals; every character keeps its place.

    Why: words in capitals fall into single letters in the tokenizer, and mean the same.

    Examples
    --------
    >>> calm("TERRIBLE SERVICE AT THE NHS"), calm("The NHS"), calm("OK!")
    ('terrible service at the nhs', 'The NHS', 'OK!')
    """
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 8 or sum(c.isupper() for c in letters) < SHOUTED * len(letters):
        return text
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def model_input(text: str, *, voice: str, question: str | None = None) -> tuple[str, int]:
    """Put voice and question before the text.

    Parameters
    ----------
    text : str
        The comment.
    voice : str
        ``employee`` or ``customer``.
    question : str or None
        What the comment answers, if that is known.

    Returns
    -------
    prompt : str
        Starts with ``query: ``, as e5 was trained.
    offset : int
        Where ``text`` starts in ``prompt``, in characters.

    Examples
    --------
    >>> model_input("Nothing", voice="customer", question="What could we improve?")
    ('query: customer: What could we improve? | Nothing', 42)
    """
    prefix = f"query: {voice}: "
    asked = usable_question(question)
    if asked:
        prefix += f"{asked[:MAX_QUESTION]} | "
    return prefix + calm(text), len(prefix)
