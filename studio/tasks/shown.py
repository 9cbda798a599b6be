"""How a task's targets and answers are written for people, who read them in a table, a file, or away from their text."""

from collections.abc import Mapping
from typing import ClassVar


class Shown:
    """As they are, if a task does not say otherwise."""

    title: ClassVar[str]
    places_in: ClassVar[str] = ""
    """The input in which answers have their places, counted in letters; empty where they have none."""

    def title_for(self, head: str) -> str:
        """What people call the task where the model wears that head."""
        return self.title

    def show(self, value: str) -> str:
        """A target or an answer as people read it in a table."""
        return value

    def quote(self, value: str, inputs: Mapping[str, str]) -> str:
        """The same where the text stands elsewhere: an answer that only points into it brings along its words."""
        return self.show(value)

    def moved(self, value: str, by: int) -> str:
        """A target or an answer to a text (`places_in`) before which so many letters were put."""
        return value
