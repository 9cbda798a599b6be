"""The only texts written for people when something fails."""


class StudioError(Exception):
    """Something a person can act on: what happened, where (file, row, column, setting), what to do.

    Whatever is not a StudioError is a bug of ours: the page says so and the traceback goes to a log.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.fix = what, where, fix

    def __str__(self) -> str:
        """One readable paragraph, for a terminal or a toast."""
        place = f" ({self.where})" if self.where else ""
        sentence = f"{self.what.rstrip('.')}{place}."
        return f"{sentence} {self.fix}".strip()
