"""The text that the encoder sees for a comment, the same in training and in use."""

from __future__ import annotations

MAX_QUESTION = 120
"""Characters of a question that are kept; a long instruction would crowd out the answer."""


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
    if question:
        prefix += f"{question[:MAX_QUESTION]} | "
    return prefix + text, len(prefix)
