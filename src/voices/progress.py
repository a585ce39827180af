"""What a run tells while it works; the command line shows it, the library does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from voices.read import Plan


class Progress(Protocol):
    """Listens to a run."""

    def plan(self, chosen: Plan, voice: str) -> None:
        """Learn how the columns of a file were read."""

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage of ``total`` rows."""

    def advance(self, rows: int) -> None:
        """Move on by so many rows."""

    def finish(self) -> None:
        """End the stage."""


class Silent:
    """A progress that shows nothing."""

    def plan(self, chosen: Plan, voice: str) -> None:
        """Ignore the plan."""

    def start(self, stage: str, total: int | None) -> None:
        """Ignore the start."""

    def advance(self, rows: int) -> None:
        """Ignore the step."""

    def finish(self) -> None:
        """Ignore the end."""
