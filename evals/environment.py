"""Where and on what a figure was measured."""

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.types import Document

_PACKAGES = ("faiss-cpu", "jieba", "langchain-core", "numpy")


def machine() -> dict[str, str | int | float]:
    """Processor, cores, memory in GiB, system and versions; not whose machine it is."""
    facts: dict[str, str | int | float] = {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    for package in _PACKAGES:
        found = package_version(package)
        if found:
            facts[package] = found
    return facts


def package_version(name: str) -> str | None:
    """None when it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def commit() -> str | None:
    """The checkout's commit, "+" after it when files differ from it; None outside a checkout."""
    here = Path(__file__).parent
    try:
        head = _git(here, "rev-parse", "--short=12", "HEAD")
        changed = _git(here, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return head + ("+" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


def corpus_fingerprint(documents: Iterable[Document]) -> str:
    """Changes when a document is added, removed, renamed or reads differently; blind to their order."""
    digests = sorted(hashlib.sha256(f"{d.id}\n{d.title}\n{d.text}".encode()).hexdigest() for d in documents)
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]
