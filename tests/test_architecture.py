"""The shape of the house: who may import whom, what stands at the top of a module, what importing one does."""

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("embeddings", "rag", "evals", "ui")  # each may import those before it

INSIDE = ("text", "questions", "index", "search", "answers")  # of rag, likewise

FILES = sorted(path.relative_to(ROOT).as_posix() for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))

# Where a library may be imported at all: a file matches when its path starts with one of the prefixes.
HOMES = {
    "gradio": ("ui/",),
    "fastapi": ("ui/",),
    "starlette": ("ui/",),
    "uvicorn": ("ui/",),
    "faiss": ("rag/index/vectors", "evals/bench"),
    "pymilvus": ("rag/milvus", "evals/bench"),
    "langchain": ("rag/langchain.py", "rag/llm", "evals/bench"),
    "langchain_core": ("rag/langchain.py", "rag/llm", "evals/bench"),
    "langchain_community": ("evals/bench",),
    "sqlalchemy": ("ui/storage/sql_database.py",),
    "sqlite3": ("rag/", "ui/", "evals/bench"),
    "torch": ("embeddings/sentence", "embeddings/training/", "rag/fitting/training", "evals/bench"),
    "sentence_transformers": ("embeddings/sentence", "rag/search/reranker.py", "evals/bench"),
    "transformers": ("embeddings/sentence", "embeddings/training/", "evals/bench"),
}

# Loading any of these runs what the file says.
UNSAFE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def imports(path: str) -> Iterator[tuple[str, int]]:
    """Every module a file names in an import, at its top or inside a function, with its line."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: say the whole name, not a relative one"
            yield node.module or "", node.lineno


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_there_is_a_house() -> None:
    assert [layer for layer in LAYERS if f"{layer}/__init__.py" not in FILES] == []


def test_imports_point_one_way() -> None:
    against = [
        f"{path}:{line} imports {name}"
        for path in FILES
        for name, line in imports(path)
        if name.partition(".")[0] in LAYERS[LAYERS.index(path.partition("/")[0]) + 1 :]
    ]
    assert against == []


def test_inside_rag_too() -> None:
    """Each of INSIDE its own and those before it, and what needs none of them."""
    for place, package in enumerate(INSIDE):
        own = [path for path in FILES if path.startswith(f"rag/{package}/")]
        allowed = {"errors", "reading", "store", "turns", "types", *INSIDE[: place + 1]}
        against = [
            f"{path}:{line} imports {name}"
            for path in own
            for name, line in imports(path)
            if name.startswith("rag.") and name.split(".")[1] not in allowed
        ]
        assert len(own) > 1 and against == []


def test_no_two_modules_need_each_other() -> None:
    """Nor through others, nor for their types only, nor inside a function."""
    known = {module_name(path) for path in FILES}

    def needed(path: str) -> Iterator[str]:
        yield from (name for name, _ in imports(path))
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    # `from rag.index import vectors` needs that module; the package it is in needs nothing of it.
    packages = {module_name(path) for path in FILES if path.endswith("/__init__.py")}
    needs = {module_name(path): {*needed(path)} & known - packages for path in FILES}
    TopologicalSorter(needs).prepare()  # raises CycleError


def test_nothing_but_tests_imports_tests() -> None:
    assert [
        f"{path}:{line}" for path in FILES for name, line in imports(path) if name.partition(".")[0] == "tests"
    ] == []


def test_each_library_stays_in_its_place() -> None:
    elsewhere = [
        f"{path}:{line} imports {name}"
        for path in FILES
        for name, line in imports(path)
        if (homes := HOMES.get(name.partition(".")[0])) and not path.startswith(homes)
    ]
    assert elsewhere == []


def test_no_pickle() -> None:
    unsafe = [f"{path}:{line} {name}" for path in FILES for name, line in imports(path) if name in UNSAFE]
    for path in FILES:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
                unsafe.append(f"{path}:{node.value.lineno} allow_pickle")
            if isinstance(node, ast.keyword) and node.arg == "weights_only" and ast.unparse(node.value) != "True":
                unsafe.append(f"{path}:{node.value.lineno} weights_only")
    assert unsafe == []


@pytest.mark.parametrize("path", [path for path in FILES if "__all__" in (ROOT / path).read_text(encoding="utf-8")])
def test_all_is_true(path: str) -> None:
    module = importlib.import_module(module_name(path))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert len(set(module.__all__)) == len(module.__all__)


WATCHED_IMPORT = """
import importlib, json, sys, threading

names, seen = json.loads(sys.argv[1]), []
DEEDS = {"socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.mkdir", "os.remove", "os.rename"}

def watch(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and (args[2] or 0) & 0o1103:  # write, create, truncate
        seen.append(f"opens {args[0]} to write")
    elif event in DEEDS:
        seen.append(f"{event} {args[:2]}")

# The libraries first: what they do to themselves at their first import is not ours to answer for.
for name in names:
    importlib.import_module(name)
for name in [n for n in sys.modules if n.partition(".")[0] in {"rag", "embeddings", "evals", "ui"}]:
    del sys.modules[name]
threads = threading.active_count()
sys.addaudithook(watch)
for name in names:
    before = len(seen)
    importlib.import_module(name)
    seen[before:] = [f"{name}: {what}" for what in seen[before:]]
if threading.active_count() > threads:
    seen.append("a thread was started")
print(json.dumps(seen))
"""


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    names = [module_name(path) for path in FILES if not path.endswith("/__main__.py")]
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED_IMPORT, json.dumps(names)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []  # and nothing else was printed
