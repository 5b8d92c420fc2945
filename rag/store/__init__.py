"""Snapshots on disk."""

from pathlib import Path

from rag.store.backup import backup, restore
from rag.store.folder import Store, StoreStats


def verify(path: Path) -> list[str]:
    """Names of damaged and missing files, empty when all is well. Raises StoreNotFound, StoreFormatError."""
    return Store(path).verify()


__all__ = ["Store", "StoreStats", "backup", "restore", "verify"]
