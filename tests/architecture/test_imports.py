"""Imports flow down one list; nothing happens at import; Litestar stays in the rooms."""

import ast
import subprocess
import sys

from tests.architecture import sources
from tests.architecture.sources import ROOT

# Where the frameworks of the web may be known.
WEB = {"zhusuo.serve", "zhusuo.demo.intake"}  # the second is a foreign system that the demo plays
FRAMEWORKS = {"litestar", "granian", "jinja2"}

AT_IMPORT = """
import importlib, sys

def stop(event, args):
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.system"}:
        raise RuntimeError(f"{event} at import: {args}")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        raise RuntimeError(f"{event} for writing at import: {args}")

sys.dont_write_bytecode = True
for name in sys.argv[2:]:
    importlib.import_module(name)      # what others do when they are imported is not ours to judge
sys.addaudithook(stop)
ours = [name for name in sys.modules if name.split(".")[0] in sys.argv[1].split(",")]
for name in ours:
    del sys.modules[name]
for name in ours:
    importlib.import_module(name)
"""


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_imports_flow_down_one_list() -> None:
    command = [f"{sys.prefix}/bin/lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_web_frameworks_stay_in_the_rooms() -> None:
    assert [
        module.at(node)
        for module in sources.modules()
        if not module.name.startswith("zhusuo.ports") and module.name not in WEB
        for node in ast.walk(module.tree)
        for name in imported(node)
        if name.split(".")[0] in FRAMEWORKS
    ] == []


def test_handlers_have_real_imports() -> None:
    """Litestar reads annotations while it runs."""
    assert [
        module.name
        for module in sources.modules()
        if module.name.startswith("zhusuo.ports")
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ] == []


def test_nothing_happens_at_import() -> None:
    names = [module.name for module in sources.modules() if not module.name.endswith("__main__")]
    command = [sys.executable, "-c", AT_IMPORT, ",".join(sources.PACKAGES), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
