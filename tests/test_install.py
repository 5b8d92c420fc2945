"""What `make` installs: nothing that is not pinned, and nothing pinned that is not needed."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def pinned() -> set[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(line.partition("==")[0]) for line in lines if line and not line.startswith("#")}


def needed() -> set[str]:
    """Every package that an install with tests brings, by the metadata of what is installed here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(line) for line in (*project["dependencies"], *project["optional-dependencies"]["dev"])]
    seen: dict[str, set[str]] = {}
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), {"", *wanted.extras}
        new = extras - seen.setdefault(name, set())
        seen[name] |= new
        try:
            brought = [Requirement(line) for line in requires(name) or []] if new else []
        except PackageNotFoundError:  # a package of an extra that this machine lacks
            continue
        waiting += [r for r in brought if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in new)]
    return set(seen)


def test_every_package_is_pinned() -> None:
    assert needed() - pinned() == set()


def test_pins_are_exact_and_of_no_local_build() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)] == []
