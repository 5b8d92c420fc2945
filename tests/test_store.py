"""A store on disk: what survives, what is refused, and what is said about it."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Vectors
from rag import Document, KnowledgeBase
from rag import store as stores
from rag.errors import EncoderMismatch, StoreDamaged, StoreError, StoreFormatError, StoreLocked, StoreNotFound
from rag.index.imprint import Imprint
from rag.index.shelf import LocalShelf
from rag.index.snapshot import ReadAhead
from rag.store import Store
from rag.store.reencoding import reencode
from rag.store.texts import StoredTexts
from tests.toys import ToyEncoder, lines

A = Document("a", "甲区报告", "养老床位120张\n就业岗位3000个", "a.txt", "2024-01-05", {"issuer": "甲区"})
B = Document("b", "乙区报告", "交通线路2条")
FORMAT_1 = Path(__file__).parent / "fixtures" / "store-1"


def open_store(path: Path, **options: object) -> KnowledgeBase:
    return KnowledgeBase.open(path, encoder=ToyEncoder(), create=True, split=lines, **options)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two segments, one document of which is gone."""
    kb = open_store(tmp_path / "store")
    kb.add([A, Document("old", "", "旧")])
    kb.add([B])
    kb.remove(["old"])
    return tmp_path / "store"


def files(path: Path) -> list[str]:
    return sorted(f.relative_to(path).as_posix() for f in path.rglob("*") if f.is_file() and f.name != "lock")


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound, match="youju index PATH --store"):
        KnowledgeBase.open(tmp_path / "none", encoder=ToyEncoder())
    assert not (tmp_path / "none").exists()


def test_another_encoder_is_refused(store: Path) -> None:
    with pytest.raises(EncoderMismatch, match="made with encoder toy-1, this one is toy-2"):
        KnowledgeBase.open(store, encoder=ToyEncoder("toy-2"))


def test_a_store_is_made_over_for_another_encoder(store: Path) -> None:
    before = open_store(store)
    held, quotes = before.documents(), [hit.paragraph.text for hit in before.search("养老床位", leg="lexical")]
    assert reencode(Store(store), ToyEncoder("toy-2"), split=lines) == len(held)
    after = KnowledgeBase.open(store, encoder=ToyEncoder("toy-2"))
    assert after.documents() == held
    assert [hit.paragraph.text for hit in after.search("养老床位", leg="lexical")] == quotes
    assert before.documents() == held  # who has it open goes on
    assert (stores.verify(store), after.stats().encoder) == ([], "toy-2")
    generation = after.stats().generation
    reencode(Store(store), ToyEncoder("toy-2"), split=lines)
    assert after.stats().generation == generation


def test_a_store_stays_as_it_was_where_it_cannot_be_made_over(store: Path) -> None:
    class Fails(ToyEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            raise RuntimeError("no memory left")

    held = open_store(store).documents()
    with pytest.raises(RuntimeError):
        reencode(Store(store), Fails("toy-2"), split=lines)
    assert open_store(store).documents() == held
    assert stores.verify(store) == []


def test_a_later_format_is_refused(store: Path) -> None:
    manifest = next(store.glob("generation-*.json"))
    manifest.write_bytes(manifest.read_bytes().replace(b'{"format": 2', b'{"format": 9'))
    for call in (lambda: open_store(store), lambda: stores.verify(store)):
        with pytest.raises(StoreFormatError, match="store format 9, this version of Youju reads up to 2"):
            call()


def test_verify_names_the_file_with_one_byte_flipped(store: Path) -> None:
    assert stores.verify(store) == []
    for name in files(store):
        whole = (store / name).read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            (store / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert stores.verify(store) == [name], place
        (store / name).write_bytes(whole)
    assert stores.verify(store) == []


def test_verify_names_missing_files(store: Path) -> None:
    segment = sorted((store / "segments").iterdir())[0].name
    (store / "segments" / segment / "vectors.faiss").unlink()
    assert stores.verify(store) == [f"segments/{segment}/vectors.faiss"]
    with pytest.raises(StoreDamaged, match=r"vectors\.faiss is missing"):
        open_store(store)


def test_a_cut_off_file_is_noticed_when_opened(store: Path) -> None:
    file = next(store.glob("segments/*/lexical-rows.npy"))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(StoreDamaged, match=r"lexical-rows\.npy has .* bytes, not"):
        open_store(store)


def test_leftovers_of_dead_changes_are_swept(store: Path) -> None:
    before = files(store)
    (store / "segments" / "segment-000099").mkdir()
    (store / "segments" / "segment-000099" / "texts.sqlite").write_bytes(b"half")
    (store / "generation-000098.json.new").write_bytes(b"half")
    (store / "generation-000099.json").write_bytes(b"half")
    kb = open_store(store)
    assert [d.id for d in kb.documents()] == ["a", "b"]
    kb.remove(["b"])
    kb.add([B])
    assert len(files(store)) == len(before)


def test_a_writer_waits_for_another_process_and_says_so(store: Path) -> None:
    kb = KnowledgeBase(LocalShelf(Store(store).load(ToyEncoder()), store=Store(store, patience=0.1), split=lines))
    with (store / "lock").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StoreLocked, match=r"has been writing to .* for 0.1 s"):
            kb.remove(["b"])
        assert [d.id for d in open_store(store).documents()] == ["a", "b"]  # readers do not wait
    kb.remove(["b"])
    assert [d.id for d in kb.documents()] == ["a"]


def test_two_writers_lose_nothing_of_each_other(store: Path) -> None:
    first, second = open_store(store), open_store(store)
    first.add([Document("c", "", "就业")])
    second.add([Document("d", "", "住房")])
    first.remove(["a"])
    assert [d.id for d in first.documents()] == [d.id for d in open_store(store).documents()] == ["b", "c", "d"]


def test_readers_follow_another_writer(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.shelf.LOOK_EVERY", 0.0)
    reader = open_store(store)
    open_store(store).remove(["a"])
    assert [d.id for d in reader.documents()] == ["b"]
    shutil.rmtree(store)
    assert [d.id for d in reader.documents()] == ["b"]  # what it had open goes on


def test_a_disk_that_cannot_be_written_leaves_the_old_answers(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kb = open_store(store)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("rag.store.folder.write_whole", full)
        with pytest.raises(StoreError, match=r"No space left on device.*nothing was changed"):
            kb.remove(["a"])
    assert [d.id for d in kb.documents()] == [d.id for d in open_store(store).documents()] == ["a", "b"]
    kb.remove(["a"])
    assert [d.id for d in open_store(store).documents()] == ["b"]


def test_format_1_is_brought_to_this_one(tmp_path: Path) -> None:
    path = tmp_path / "store"
    shutil.copytree(FORMAT_1, path)
    encoder = ToyEncoder()
    kb = KnowledgeBase.open(path, encoder=encoder)
    assert kb.documents() == [
        Document("a", "甲区报告", "养老床位增加120张。\n就业岗位新增3000个。", "a.txt", "2024-01-05",
                 {"issuer": "甲区", "format": "passage"}),
        Document("b", "乙区报告", "住房保障房源5000套。\n交通线路开通2条。\n养老机构新建1家。",
                 attributes={"format": "passage"}),
    ]  # fmt: skip
    assert [p.text for p in kb.paragraphs("b")] == ["住房保障房源5000套。", "交通线路开通2条。", "养老机构新建1家。"]
    rows, scores = kb.snapshot.lexical.search({"养老": 1.0}, 5)
    fresh = KnowledgeBase(LocalShelf(kb.snapshot, split=lines))
    fresh.add([Document(d.id, d.title, d.text + " ") for d in kb.documents()])
    assert rows.tolist() == [0, 4]
    assert scores.tolist() == fresh.snapshot.lexical.search({"养老": 1.0}, 5)[1].tolist()
    assert kb.snapshot.vectors.search(encoder.encode_query("住房"), 1)[0].tolist() == [2]
    assert stores.verify(path) == []
    assert not (path / "generation-000002").exists()


def test_what_is_kept_of_paragraphs_is_what_they_say(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another version, as in a store that was written before, it is passed over."""
    rows = np.arange(3)
    kept = open_store(store).snapshot.passages(rows)
    assert [(p.paragraph.text, p.imprint) for p in kept] == [
        (text, Imprint.of(text)) for text in ("养老床位120张", "就业岗位3000个", "交通线路2条")
    ]
    with monkeypatch.context() as patched:
        patched.setattr("rag.index.imprint.VERSION", 0)
        assert open_store(store).snapshot.passages(rows) == kept
        patched.setattr("rag.index.imprint.Imprint.of", lambda text: text)
        assert [p.imprint for p in open_store(store).snapshot.passages(rows)] == [p.paragraph.text for p in kept]


def test_texts_written_before_there_were_imprints_say_the_same(store: Path) -> None:
    file = next(store.glob("segments/*/texts.sqlite"))
    before = StoredTexts(file).passages([0])
    with sqlite3.connect(file) as database:
        for column in ("language", "years", "lengths", "units"):
            database.execute(f"ALTER TABLE paragraphs DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 0")
    database.close()
    assert StoredTexts(file).passages([0]) == before


def test_a_backup_is_restored_whole(store: Path, tmp_path: Path) -> None:
    with sqlite3.connect(store / "service.sqlite") as database:
        database.execute("CREATE TABLE feedback (note TEXT)")
        database.execute("INSERT INTO feedback VALUES ('有用')")
    database.close()
    kb = open_store(store)
    kb.backup(tmp_path / "backup.tar")
    kb.remove(["a"])
    kb.add([Document("c", "", "就业")])
    kb.restore(tmp_path / "backup.tar")
    other = open_store(tmp_path / "other")
    other.restore(tmp_path / "backup.tar")
    for restored in (kb, other):
        assert restored.documents() == [A, B]
        assert [hit.paragraph.id for hit in restored.search("养老", leg="lexical")] == ["a#0"]
        assert restored.verify() == []
    with sqlite3.connect(tmp_path / "other" / "service.sqlite") as database:
        assert database.execute("SELECT note FROM feedback").fetchall() == [("有用",)]
    database.close()


def test_a_damaged_backup_changes_nothing(store: Path, tmp_path: Path) -> None:
    kb, backup = open_store(store), tmp_path / "backup.tar"
    kb.backup(backup)
    kb.remove(["a"])
    whole = backup.read_bytes()
    for damaged in (
        whole[: len(whole) // 2],
        b"no tar at all",
        whole.replace("养老床位".encode(), "养老床铺".encode()),
    ):
        backup.write_bytes(damaged)
        with pytest.raises(StoreDamaged, match=r"backup\.tar"):
            kb.restore(backup)
        assert [d.id for d in open_store(store).documents()] == ["b"]
    assert stores.verify(store) == []


def test_a_backup_of_another_encoder_is_refused(store: Path, tmp_path: Path) -> None:
    open_store(store).backup(tmp_path / "backup.tar")
    other = KnowledgeBase.open(tmp_path / "other", encoder=ToyEncoder("toy-2"), create=True)
    with pytest.raises(EncoderMismatch, match="toy-1"):
        other.restore(tmp_path / "backup.tar")
    assert not Store(tmp_path / "other").exists()


def test_stats_count_what_is_left(store: Path) -> None:
    stats = Store(store).stats()
    assert (stats.format, stats.encoder, stats.documents, stats.paragraphs, stats.removed) == (2, "toy-1", 2, 3, 0)
    assert stats.bytes == sum(f.stat().st_size for f in store.glob("segments/*/*"))


def test_segments_merged_within_one_change_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.changes.BATCH", 1)  # a segment a document
    open_store(tmp_path).add([Document(f"d{n}", "", "就业") for n in range(4)])
    assert len(list((tmp_path / "segments").iterdir())) == Store(tmp_path).stats().segments == 1


def test_a_store_made_over_for_another_encoder_has_no_more_segments_than_another(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(store).add([Document(f"d{n}", "", "就业") for n in range(4)])
    monkeypatch.setattr("rag.index.changes.BATCH", 1)
    reencode(Store(store), ToyEncoder("toy-2"), split=lines)
    assert Store(store).stats().segments == 1


@pytest.mark.parametrize(("documents", "left"), [(8, 1), (1, 3)])
def test_of_large_segments_fewer_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, documents: int, left: int
) -> None:
    monkeypatch.setattr("rag.index.changes.SMALL", 1)  # so that eight rows are a large segment
    kb = open_store(tmp_path)
    for n in range(3):
        kb.add([Document(f"d{n}-{i}", "", "就业") for i in range(documents)])
    assert kb.stats().segments == left


def test_killed_at_any_instant_the_store_is_whole() -> None:
    """A handful; `python -m tests.crash` kills 200 times."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", "--kills", "5"],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "5 of 5 kills left a whole store" in done.stdout, done.stdout + done.stderr


def test_readers_see_one_generation_each_while_one_writes(store: Path) -> None:
    """Two documents change together; no reader ever finds one of them changed and the other not."""
    kb = open_store(store)

    def pair(version: int) -> list[Document]:
        return [Document(id, "", f"交通第{version}版") for id in ("left", "right")]

    kb.add(pair(0))
    stop, mixed = threading.Event(), list[set[str]]()

    def read() -> None:
        while not stop.is_set():
            texts = {hit.paragraph.text for hit in kb.search("交通", leg="dense", only=["left", "right"])}
            if len(texts) != 1:
                mixed.append(texts)

    with ThreadPoolExecutor(16) as readers:
        reading = [readers.submit(read) for _ in range(16)]
        for version in range(1, 15):
            kb.add(pair(version))
            kb.compact()
        stop.set()
    assert [error for error in (future.exception() for future in reading) if error] == []
    assert mixed == []
    assert {d.text for d in open_store(store).documents()} == {A.text, B.text, "交通第14版"}


def test_texts_are_read_ahead_whatever_the_order_they_are_asked_for_in(tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path / "store", encoder=ToyEncoder(), create=True)
    kb.add([Document(f"d{number}", f"标题{number}", f"正文{number}。") for number in range(40)])
    kb.add([Document("later", "补充", "补充的正文。")])
    kb.remove(["d3"])
    for documents in (kb.snapshot, KnowledgeBase.from_texts(["一", "二", "三"], encoder=ToyEncoder()).snapshot):
        read = ReadAhead(documents._documents)
        ids = list(documents.documents)
        for order in (ids, ids[::-1], ids[::7]):
            assert [read(id) for id in order] == [documents.documents[id].text for id in order]
