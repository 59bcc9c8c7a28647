"""A handler translates: it parses, calls one verb or one read, and answers."""

import ast
from collections.abc import Iterator

from tests.architecture import sources
from tests.architecture.sources import Module

METHODS = {"get", "post", "put", "patch", "delete", "head", "websocket", "HTTPRouteHandler"}
STATEMENTS = 12


def handlers() -> Iterator[tuple[Module, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for module in sources.modules():
        if module.name.startswith("zhusuo.ports."):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_handler(node):
                    yield module, node


def is_handler(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(each).split("(")[0] in METHODS for each in function.decorator_list)


def test_there_are_handlers_to_look_at() -> None:
    assert sum(1 for _ in handlers()) > 20


def test_a_handler_is_short() -> None:
    assert [
        f"{module.at(node)}: {node.name}"
        for module, node in handlers()
        if sum(isinstance(each, ast.stmt) for each in ast.walk(node)) - 1 > STATEMENTS
    ] == []


def test_pages_send_no_sql() -> None:
    assert [each.where for each in sources.statements() if each.module.path.name in {"pages.py", "app.py"}] == []


def test_every_handler_says_what_it_is_called() -> None:
    """Paths are found by name, in templates and in the policy table."""
    assert [
        f"{module.at(node)}: {node.name}"
        for module, node in handlers()
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in METHODS
        if not any(keyword.arg == "name" for keyword in decorator.keywords)
    ] == []
