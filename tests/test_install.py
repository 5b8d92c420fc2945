"""What `make` installs: nothing that is not pinned, and nothing pinned that is not needed."""

import ast
import re
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def pinned() -> set[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(line.partition("==")[0]) for line in lines if line and not line.startswith("#")}


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def needed(*extras: str) -> set[str]:
    """Every package that an install with these extras brings, by the metadata of what is installed here."""
    project = _project()
    waiting = [Requirement(line) for line in project["dependencies"]]
    waiting += [Requirement(line) for extra in extras for line in project["optional-dependencies"][extra]]
    seen: dict[str, set[str]] = {}
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        new = {"", *wanted.extras} - seen.setdefault(name, set())
        seen[name] |= new
        try:
            brought = [Requirement(line) for line in requires(name) or []] if new else []
        except PackageNotFoundError:  # a package of an extra that this machine lacks
            continue
        waiting += [r for r in brought if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in new)]
    return set(seen)


def test_every_package_is_pinned() -> None:
    unpinned = needed("dev") - pinned()
    assert unpinned == set(), "add them to constraints.txt: make constraints"


def test_every_import_is_declared() -> None:
    """By a dependency or by what one brings; a package that just happens to be installed here would fail elsewhere."""
    owners = packages_distributions()
    declared = needed(*_project()["optional-dependencies"])
    undeclared = set()
    for path in [p for folder in ("embeddings", "rag", "evals", "ui", "tests") for p in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for owner in {canonicalize_name(o) for name in names for o in owners.get(name.partition(".")[0], ())[:1]}:
                if owner not in declared | {"youju"}:
                    undeclared.add((str(path.relative_to(ROOT)), owner))
    assert undeclared == set()


def test_pins_are_exact_and_of_no_local_build() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)] == []
