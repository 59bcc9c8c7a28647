"""不变量 and what came of asking for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from zhusuo.db import Connection

CASES_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """不变量: `group` is its number in the design, `name` stays the same for machines, `title` says what must hold."""

    group: int
    name: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """How an invariant stands: what violates it (the first of them), and how many there are."""

    invariant: Invariant
    cases: tuple[str, ...] = ()
    count: int = 0

    @property
    def holds(self) -> bool:
        return self.count == 0


Question = Callable[[Connection], Awaitable[list[str]]]
"""A SELECT that must return nothing."""


def result(invariant: Invariant, cases: list[str]) -> Result:
    return Result(invariant=invariant, cases=tuple(cases[:CASES_SHOWN]), count=len(cases))
