"""Segments made in a process of their own: the same as those made here, whatever becomes of the process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from embeddings import load_encoder
from evals.bench.made import documents, paragraphs
from rag import Document, KnowledgeBase, store, turns
from rag.store import making
from rag.store.apart import Apart
from tests.toys import ToyEncoder, lines

FEW = list(documents(list(paragraphs(130))))
ODD = Document("odd 😀", "标题\n\u2028", "第一行\r\n\r\n有😀, 2024年GDP增长5%。\f末页", "a b", None, {"一": "\n"})


@pytest.fixture(autouse=True)
def nobody_has_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_last_asked", float("-inf"))


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has asked, and everything is worth a process."""
    monkeypatch.setattr(turns, "_last_asked", time.monotonic())
    monkeypatch.setattr(making, "WORTH", 0)
    monkeypatch.setattr(making, "WORTH_MERGING", 0)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> "list[subprocess.Popen[bytes]]":
    """Those that were started."""
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr("rag.store.apart.subprocess.Popen", Noted)
    return started


def files(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def changed(folder: Path, added: Sequence[Sequence[Document]]) -> KnowledgeBase:
    kb = KnowledgeBase.open(folder, create=True)
    for each in added:
        kb.add(each)
    return kb


@pytest.mark.parametrize("count", [130, 1100])
def test_a_segment_made_apart_is_the_same_to_the_bit(
    tmp_path: Path, count: int, request: pytest.FixtureRequest, children: "list[subprocess.Popen[bytes]]"
) -> None:
    added = [[*documents(list(paragraphs(count))), ODD]]
    changed(tmp_path / "here", added)
    assert children == []
    request.getfixturevalue("apart")
    changed(tmp_path / "apart", added)
    assert len(children) == 1 and children[0].returncode is not None
    assert files(tmp_path / "apart") == files(tmp_path / "here")
    assert store.verify(tmp_path / "apart") == []


def test_so_is_one_merged_apart(
    tmp_path: Path, request: pytest.FixtureRequest, children: "list[subprocess.Popen[bytes]]"
) -> None:
    added = [[document] for document in [*FEW, ODD]] + [[Document(FEW[0].id, "另一个", "2024年就业1000人。")]]
    added += [[Document(str(number), "", "住房")] for number in range(3)]
    here = changed(tmp_path / "here", added)
    request.getfixturevalue("apart")
    there = changed(tmp_path / "apart", added)
    assert len(children) == len(added)  # one for each change, and none of them is left
    assert all(child.returncode is not None for child in children)
    assert len(there.snapshot.parts) == len(here.snapshot.parts) < len(added)
    assert files(tmp_path / "apart") == files(tmp_path / "here")


DEATHS = {
    "cannot be started": ("-c", "raise SystemExit(1)"),
    "says something else": ("-c", "print('hello')"),
    "is killed": ("-c", "import os; print('ready', flush=True); input(); os.kill(os.getpid(), 9)"),
    "fails": ("-c", 'print(\'ready\\n{"failed": ""}\', flush=True); import sys; sys.stdin.buffer.read()'),
    "says nothing that is known": ("-c", "print('ready\\n?', flush=True); import sys; sys.stdin.buffer.read()"),
}


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("program", DEATHS.values(), ids=DEATHS)
def test_what_a_process_did_not_make_is_made_here(
    tmp_path: Path,
    program: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
    children: "list[subprocess.Popen[bytes]]",
) -> None:
    monkeypatch.setattr(making, "Apart", partial(Apart, program=program))
    kb = changed(tmp_path, [FEW])
    assert kb.documents() == FEW
    assert len(children) == 1 and children[0].returncode is not None  # and no other was tried
    assert store.verify(tmp_path) == []
    assert [folder.name for folder in (tmp_path / "segments").iterdir()] == [kb.snapshot.parts[0].segment.name]


def test_a_process_is_started_for_who_asks_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, children: "list[subprocess.Popen[bytes]]"
) -> None:
    monkeypatch.setattr(making, "WORTH", 0)
    kb = changed(tmp_path, [FEW])
    assert children == []
    kb.ask("2020年新增就业岗位多少?")
    kb.add([Document("more", "", "就业")])
    assert len(children) == 1


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(
    "opened",
    [
        lambda path: KnowledgeBase.open(path, create=True, encoder=ToyEncoder()),
        lambda path: KnowledgeBase.open(path, create=True, split=lines),
    ],
    ids=["encoder", "splitter"],
)
def test_what_only_this_process_has_is_used_here(
    tmp_path: Path, opened: Callable[[Path], KnowledgeBase], children: "list[subprocess.Popen[bytes]]"
) -> None:
    opened(tmp_path).add(FEW)
    assert children == []


def test_an_encoder_that_was_replaced_on_the_disk_is_not_taken_for_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    encoder = load_encoder()
    monkeypatch.setattr(encoder, "folder", tmp_path / "elsewhere")
    type(encoder).untrained().save(tmp_path / "elsewhere")
    request.getfixturevalue("apart")
    kb = KnowledgeBase.open(tmp_path / "store", create=True, encoder=encoder)
    kb.add(FEW)
    assert kb.search(FEW[0].text[:40], leg="dense")[0].score > 0.5


SCRIPT = """
import sys, time
from pathlib import Path
from evals.bench.made import documents, paragraphs
from rag import KnowledgeBase
from rag.store import apart, making

start = apart.Apart._started

def told(self):
    child = start(self)
    print(child.pid, flush=True)
    if "stay" in sys.argv:
        time.sleep(60)
    return child

apart.Apart._started = told
making.WORTH = 0
kb = KnowledgeBase.open(Path(sys.argv[1]), create=True)
kb.search("就业")
kb.add(documents(list(paragraphs(30))))
print(kb.size(), flush=True)
"""


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    """Its top is run once, not again in a child."""
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", tmp_path / "store"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == ["(1, 30)"]


def test_a_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", tmp_path / "store", "stay"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 30
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(process: int) -> bool:
    """Not one that has ended and that nobody has asked after."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
