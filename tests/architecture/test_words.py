"""One word for one thing; a refusal speaks to a person; a model is frozen; every setting is documented."""

import ast
import importlib
import re
from collections.abc import Iterator

from tests.architecture import sources
from tests.architecture.sources import ROOT, Module
from zhusuo.errors import Refusal
from zhusuo.settings import Settings

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What the glossary has another word for (docs and house rules §2), as parts of identifiers.
SECOND_WORDS = {
    "landlord": "manager",
    "property_company": "manager",
    "estate": "carrier",
    "venue": "carrier",
    "tenant_roster": "tenancies",
    "occupancy": "tenancy",
    "enterprise": "business",
    "credit_code": "uscc",
    "street_town": "subdistrict",
    "township": "subdistrict",
    "approver": "clerk",
    "examiner": "clerk",
    "inspector": "supervisor",
    "broker": "agent",
    "voucher": "receipt",
    "exemption": "waiver",
    "enrolment": "registration",
    "enrollment": "registration",
    "mutation": "change",
    "amendment": "change",
    "rectification": "correct",
    "genealogy": "lineage",
    "lease_token": "hold_token",
    "leased_until": "held_until",
    "business_date": "day",
    "business_day": "day",
    "attachment": "document",
    "employee": "person",
    "user": "person",
}
# The words of HTTP and of PostgreSQL, which are not ours.
FOREIGN_WORDS = {"user_agent"}


def test_one_word_for_one_thing() -> None:
    second = []
    for module in sources.modules():
        if module.name.split(".")[0] != "zhusuo":
            continue
        for where, name in [*identifiers(module), (str(module.path.relative_to(ROOT)), module.path.stem)]:
            found = [word for word in SECOND_WORDS if re.search(rf"(^|_){word}s?(_|$)", name.lower())]
            if found and name not in FOREIGN_WORDS:
                second.append(f"{where}: {name} (we say {SECOND_WORDS[found[0]]})")
    assert second == []


def identifiers(module: Module) -> Iterator[tuple[str, str]]:
    """What we name ourselves: classes, functions, arguments, attributes and variables."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield module.at(node), re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)
        elif isinstance(node, ast.arg):
            yield module.at(node), node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield module.at(node), node.id


def test_status_is_never_state() -> None:
    """Litestar keeps `state` for itself, and the house says `status`; `kind`, not `type`."""
    assert [
        f"{module.at(node)}: {node.target.id}"
        for module in sources.modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if node.target.id in {"state", "type"} or node.target.id.endswith(("_state", "_type"))
        if node.target.id != "media_type"
    ] == []


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield kind
    for each in kind.__subclasses__():
        yield from refusals(each)


def test_a_refusal_speaks_to_a_person_at_a_desk() -> None:
    for module in sources.modules():
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = set(refusals())
    assert len(found) > 10
    assert [each.__name__ for each in found if not CHINESE.search(each.sentence)] == []
    assert [each.__name__ for each in found if not re.fullmatch(r"[a-z]+(_[a-z]+)*", each.code)] == []


def test_two_refusals_have_two_codes() -> None:
    own = [each for each in refusals() if "code" in vars(each) and each.__module__.startswith("zhusuo.")]
    codes = [each.code for each in own]
    assert sorted(codes) == sorted(set(codes))


def test_no_refusal_is_raised_in_english() -> None:
    names = {each.__name__ for each in refusals()}
    assert [
        f"{module.at(node)}: {ast.unparse(text)}"
        for module in sources.modules()
        if module.name.startswith("zhusuo.")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and called(node.exc) in names
        for text in said(node.exc)
        if not CHINESE.search(ast.unparse(text))
    ] == []


def said(call: ast.Call) -> Iterator[ast.expr]:
    """The sentences a refusal is raised with: literal arguments, and the values of a literal dict of fields."""
    for each in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "sentence")]:
        if isinstance(each, ast.Dict):
            yield from (value for value in each.values if isinstance(value, ast.Constant | ast.JoinedStr))
        elif isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and isinstance(each.value, str)):
            yield each


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_a_model_is_frozen_and_says_what_is_what() -> None:
    assert [
        f"{module.at(node)}: {node.name}"
        for module in sources.modules()
        if module.path.name == "model.py" and module.name.startswith("zhusuo.")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for said in _ways_to_be_a_model(node)
        if not {"frozen=True", "kw_only=True"} <= {ast.unparse(each) for each in said}
    ] == []


def _ways_to_be_a_model(node: ast.ClassDef) -> Iterator[list[ast.keyword]]:
    """What a class says of itself as a dataclass, or as a Struct where many thousands are made a second."""
    for decorator in node.decorator_list:
        if ast.unparse(decorator).startswith("dataclass"):
            yield getattr(decorator, "keywords", [])
    if any(ast.unparse(base) == "Struct" for base in node.bases):
        yield node.keywords


def test_a_model_has_no_clock_and_no_doors() -> None:
    for module in sources.modules():
        if module.path.name != "model.py" or not module.name.startswith("zhusuo."):
            continue
        text = module.path.read_text("utf-8")
        assert not re.search(r"\.now\(|\.today\(|^import (time|os|socket|asyncpg)|^async def", text, re.MULTILINE), (
            module.name
        )


def test_stores_never_open_a_transaction() -> None:
    assert [
        module.at(node)
        for module in sources.modules()
        if module.path.name == "store.py" and module.name.startswith("zhusuo.")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"transaction", "connection"}
        if isinstance(node.value, ast.Name) and node.value.id == "database"
    ] == []


def test_every_setting_is_documented() -> None:
    names = {f"ZHUSUO_{name.upper()}" for name in Settings.model_fields}
    documented = set(re.findall(r"ZHUSUO_[A-Z0-9_]+", (ROOT / "docs" / "settings.md").read_text("utf-8")))
    assert names == documented
    assert all(CHINESE.search(each.description or "") for each in Settings.model_fields.values())


# What a child process is started with.
STARTING_CHILDREN = {"zhusuo.processes", "zhusuo.embedded", "ocr.pool"}


def test_nothing_else_is_read_from_the_environment() -> None:
    assert [
        module.at(node)
        for module in sources.modules()
        if module.name not in STARTING_CHILDREN
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ] == []
