"""Members that are linked two by two, brought together in chains (union-find)."""

from collections import defaultdict


class Chains:
    """Of the members 0 … count - 1. Each chain is led by its smallest member, so that chains keep the order of their first."""

    def __init__(self, count: int) -> None:
        self._first = list(range(count))
        self._sizes = [1] * count

    def leader(self, member: int) -> int:
        """The smallest member of its chain."""
        first = self._first
        while first[member] != member:
            first[member] = member = first[first[member]]
        return member

    def join(self, one: int, other: int, most: int | None = None) -> None:
        """Link the chains of both; not where they would have more than `most` members together."""
        leader, follower = sorted((self.leader(one), self.leader(other)))
        size = self._sizes[leader] + self._sizes[follower]
        if leader != follower and (most is None or size <= most):
            self._first[follower] = leader
            self._sizes[leader] = size

    def groups(self) -> list[list[int]]:
        """Every member in exactly one, in order."""
        groups: dict[int, list[int]] = defaultdict(list)
        for member in range(len(self._first)):
            groups[self.leader(member)].append(member)
        return list(groups.values())
