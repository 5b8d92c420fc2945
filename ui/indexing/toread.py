"""A file to be read, as a value, and reading it: here or in a process of its own, with the same outcomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ReadError
from rag.reading.files import load, shown
from rag.reading.parts import Outcome, read_parts

_SECONDS_A_MB = {".pdf": 8.0, ".md": 0.1, ".markdown": 0.1, ".txt": 0.1, ".text": 0.1}
_OTHERS = 0.7


@dataclass(frozen=True, slots=True)
class ToRead:
    """`id` is its document's; with `data`, the bytes of each PDF are wanted beside the document."""

    path: Path
    id: str
    size: int = 0
    data: bool = False

    @property
    def seconds(self) -> float:
        """About what reading takes, on one core."""
        return self.size / 1e6 * _SECONDS_A_MB.get(self.path.suffix.lower(), _OTHERS)


def outcomes_of(wanted: ToRead) -> Iterator[Outcome]:
    """Of an archive or an e-mail with attachments, one for each document in it. Raises nothing that is the file's."""
    source = shown(str(wanted.path))
    try:
        data = load(wanted.path)
    except ReadError as error:
        yield Outcome(source, error=error)
        return
    yield from read_parts(data, shown(wanted.path.name), id=wanted.id, source=source)
