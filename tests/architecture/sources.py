"""Our own source as syntax trees: every module, and every statement that is sent to PostgreSQL."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("zhusuo", "storage", "ocr")
SENDING = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany", "cursor", "prepare"}
SQL = re.compile(
    r"\s*(SELECT\s|INSERT INTO\s|UPDATE\s+\w+\s+SET\s|DELETE FROM\s|MERGE INTO\s|WITH\s+(RECURSIVE\s+)?\w+\s+AS\s|"
    r"TRUNCATE\s|COPY\s|CREATE (TEMP|TABLE|INDEX|DATABASE)|ALTER (TABLE|ROLE|DATABASE)|DROP (TABLE|DATABASE))"
)


@dataclass(frozen=True, kw_only=True)
class Module:
    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Dotted, as it is imported."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def at(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One call that sends SQL; `text` is None where its first argument is no literal."""

    module: Module
    where: str
    text: str | None


@cache
def modules() -> tuple[Module, ...]:
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(Module(path=path, tree=ast.parse(path.read_text("utf-8"), str(path))) for path in paths)


@cache
def statements() -> tuple[Statement, ...]:
    return tuple(each for module in modules() for each in _statements(module))


def _statements(module: Module) -> Iterator[Statement]:
    for node in ast.walk(module.tree):
        if _sends(node):
            assert isinstance(node, ast.Call)
            yield Statement(module=module, where=module.at(node), text=_literal(node))


def _sends(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SENDING
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "db"
    )


def _literal(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def hidden_sql(module: Module) -> Iterator[str]:
    """Where a text that reads like SQL is not the first argument of a call on `db`."""
    sent = {id(node.args[0]) for node in ast.walk(module.tree) if _sends(node) and isinstance(node, ast.Call)}
    for node in ast.walk(module.tree):
        if id(node) in sent:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield module.at(node)
