"""How to add a kind of paper: docs/reading.md is followed to the letter, on a copy, and the new kind is read."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests import make
from zhusuo.db import Connection

ROOT = Path(__file__).parents[2]
PAGE = """
import dataclasses, json
from ocr.fields import fields_of
from ocr.kinds import page_kind
from tests.ocr.make import page_of
from zhusuo.dossiers.model import DocumentKind

page = page_of(
    "建设工程消防验收意见书", "沪消验字[2021]第0318号", "工程地址\\t徐汇区云锦路887号", "耐火等级\\t一级",
    "日期：2021年03月05日",
)
lease = page_of("房屋租赁合同", "出租方（甲方）：上海禾舟投资发展有限公司", "承租方（乙方）：上海霁远信息科技有限公司")
fields = {field.name: field.normal for field in fields_of(page.kind, [page])}
print(json.dumps([page.kind, lease.kind, fields, DocumentKind(page.kind).label]))
"""


def steps(kind: str) -> list[tuple[str, str]]:
    """The fenced blocks of a kind in the description, each with what stands behind its name."""
    text = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    return re.findall(rf"```{kind} ?([^\n]*)\n(.*?)```", text, re.DOTALL)


def changed(source: str, step: str) -> str:
    """The file with the lines that a step adds, put where its other lines stand."""
    lines = [(line[0], line[1:]) for line in step.rstrip("\n").split("\n")]
    before = "\n".join(text for mark, text in lines if mark == " ")
    after = "\n".join(text for _, text in lines)
    assert source.count(f"\n{before}\n") == 1, f"these lines are not there, or not only once:\n{before}"
    return source.replace(f"\n{before}\n", f"\n{after}\n")


def test_a_kind_that_is_added_as_described_is_read(tmp_path: Path) -> None:
    for package in ("ocr", "zhusuo/dossiers", "tests/ocr"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for other in sorted((ROOT / "zhusuo").iterdir()):
        if not (tmp_path / "zhusuo" / other.name).exists():
            (tmp_path / "zhusuo" / other.name).symlink_to(other)
    (tmp_path / "tests" / "__init__.py").touch()
    told = steps("diff")
    assert len(told) == 6
    for name, step in told:
        path = tmp_path / name
        path.write_text(changed(path.read_text(encoding="utf-8"), step), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PAGE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kind, lease, fields, label = json.loads(done.stdout)
    assert (kind, lease, label) == ("fire_certificate", "lease", "消防验收意见书")
    assert fields == {
        "certificate_number": "消验字[2021]第0318号",
        "location": "徐汇区云锦路887号",
        "issued_on": "2021-03-05",
    }


async def test_the_tables_hold_it_after_the_migration_described(db: Connection) -> None:
    [(_, statements)] = steps("sql")
    for statement in filter(str.strip, statements.split(";")):
        await db.execute(statement)
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    document_id = await make.document(
        db, carrier_id=carrier_id, organisation_id=manager.organisation_id, kind="fire_certificate"
    )
    await make.page(db, document_id=document_id, kind="fire_certificate")
    assert await db.fetchval("SELECT kind FROM documents WHERE id = $1", document_id) == "fire_certificate"
