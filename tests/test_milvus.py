"""The store in Milvus beside the one in a folder; Milvus Lite stands in for a cluster."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evals.draft import draft_folder
from rag import Document, KnowledgeBase, Leg
from rag.errors import EncoderMismatch, StoreError, StoreNotFound
from rag.milvus import MilvusAddress
from rag.milvus.tables import Tables, word
from tests.toys import ToyEncoder, lines, milvus_lite
from ui.cli import main
from ui.indexing.files import FoundFile, find_files, in_shard, index_files

REPORTS = Path(os.environ.get("YOUJU_REPORTS", "none"))
CORPUS = Path(__file__).parent.parent / "data" / "corpus"

QUESTIONS = (
    "杨浦区2023年新增养老床位多少张？",
    "虹口区2024年一般公共预算收入的目标是多少？",
    "虹口呢",
    "旧区改造",
    "How many elderly care beds did Yangpu add in 2023?",
    "杨浦区2030年的目标是什么？",
    "黄浦区外资总部企业有多少家",
    "2020年长护险居家服务多少人次",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusAddress]:
    file = tmp_path_factory.mktemp("milvus") / "x.db"
    with milvus_lite(file):
        yield MilvusAddress(str(file))


@pytest.fixture(scope="module")
def both(place: MilvusAddress, tmp_path_factory: pytest.TempPathFactory) -> tuple[KnowledgeBase, KnowledgeBase]:
    """The sample reports in a folder and in Milvus."""
    files = [file for file in find_files([CORPUS]) if isinstance(file, FoundFile)]
    made = []
    for store in (tmp_path_factory.mktemp("folder"), replace(place, name="sample")):
        kb = KnowledgeBase.open(store, create=True)
        list(index_files(kb, files))
        made.append(kb)
    return made[0], made[1]


@pytest.mark.parametrize("leg", Leg)
def test_both_stores_find_the_same(both: tuple[KnowledgeBase, KnowledgeBase], leg: Leg) -> None:
    folder, milvus = both
    for question in QUESTIONS:
        ours, theirs = folder.search(question, leg=leg), milvus.search(question, leg=leg)
        assert {hit.paragraph for hit in theirs} == {hit.paragraph for hit in ours}
        assert [hit.score for hit in theirs] == pytest.approx([hit.score for hit in ours], abs=1e-4)


def test_both_stores_answer_the_same(both: tuple[KnowledgeBase, KnowledgeBase]) -> None:
    for question in QUESTIONS:
        ours, theirs = (kb.ask(question) for kb in both)
        assert (theirs.text, theirs.citations, theirs.abstained) == (ours.text, ours.citations, ours.abstained)


@pytest.mark.reports
@pytest.mark.skipif(not REPORTS.is_dir(), reason="no reports in YOUJU_REPORTS")
def test_on_the_reports_it_finds_what_a_folder_does(place: MilvusAddress, tmp_path: Path) -> None:
    """Recall of its first ten against the embedded store's, each leg and both together; and the answers."""
    files = [file for file in find_files([REPORTS]) if isinstance(file, FoundFile)]
    folder, milvus = (KnowledgeBase.open(at, create=True) for at in (tmp_path, replace(place, name="reports")))
    for kb in (folder, milvus):
        list(index_files(kb, files))
    questions = [row.question for row in draft_folder(REPORTS, per_document=20)]
    assert len(questions) > 60
    for leg in Leg:
        found = wanted = 0
        for question in questions:
            ours, theirs = ({hit.paragraph.id for hit in kb.search(question, leg=leg)} for kb in (folder, milvus))
            found, wanted = found + len(ours & theirs), wanted + len(ours)
        assert found / wanted >= 0.99, (leg, found, wanted)
    same = sum(folder.ask(question).text == milvus.ask(question).text for question in questions)
    assert same / len(questions) >= 0.99


def test_a_long_document_comes_back_whole_and_short_again(place: MilvusAddress) -> None:
    kb = KnowledgeBase.open(replace(place, name="long"), encoder=ToyEncoder(), create=True, split=lines)
    long = Document("长", "甲区", "养老" * 40_000, "a.txt", "2024-01-05", {"issuer": "甲区政府"})
    kb.add([long])
    assert kb.documents() == [long]
    assert kb.search("养老", leg="dense")[0].paragraph.text == long.text  # longer than a row may be
    short = replace(long, text="住房")
    kb.add([short])
    assert kb.documents() == [short]
    assert [p.text for p in kb.paragraphs("长")] == ["住房"]


def test_what_a_killed_writer_left_is_written_again(place: MilvusAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    at = replace(place, name="killed")
    kb = KnowledgeBase.open(at, encoder=ToyEncoder(), create=True, split=lines)
    document = Document("a", "甲区", "养老床位120张\n就业岗位3000个")
    with monkeypatch.context() as patched:
        patched.setattr(Tables, "put_paragraphs", _killed)
        with pytest.raises(KeyboardInterrupt):
            kb.add([document])
    again = KnowledgeBase.open(at, encoder=ToyEncoder(), create=True, split=lines)
    assert again.search("养老", leg="lexical") == []
    again.add([document])
    assert [hit.paragraph.id for hit in again.search("养老", leg="lexical")] == ["a#0"]
    assert kb.documents() == [document]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_one_process_removes_another_does_not_find(place: MilvusAddress) -> None:
    one, other = (
        KnowledgeBase.open(replace(place, name="shared"), encoder=ToyEncoder(), create=True, split=lines)
        for _ in range(2)
    )
    one.add([Document("a", "甲区", "养老床位120张"), Document("b", "乙区", "养老机构1家")])
    other.refresh()
    assert {hit.paragraph.id for hit in other.search("养老", leg="dense")} == {"a#0", "b#0"}
    one.remove(["a"])
    assert [hit.paragraph.id for hit in other.search("养老", leg="dense")] == ["b#0"]


def test_another_encoder_is_refused(place: MilvusAddress) -> None:
    at = replace(place, name="encoder")
    KnowledgeBase.open(at, encoder=ToyEncoder(), create=True, split=lines).add([Document("a", "", "养老")])
    with pytest.raises(EncoderMismatch, match="toy-1, this one is toy-2"):
        KnowledgeBase.open(at, encoder=ToyEncoder("toy-2"))


def test_a_store_that_is_not_there(place: MilvusAddress, tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound, match=r"no store at milvus\+file:"):
        KnowledgeBase.open(replace(place, name="none"), encoder=ToyEncoder())
    with pytest.raises(StoreNotFound, match=r"no store at milvus\+file:"):
        KnowledgeBase.open(f"milvus+file:{tmp_path}/none.db", encoder=ToyEncoder())


def test_addresses() -> None:
    parse = MilvusAddress.parse
    assert parse(".youju") is None
    assert parse("milvus+file:/srv/x.db") == MilvusAddress("/srv/x.db")
    assert parse("milvus+file:x.db") == MilvusAddress("x.db")
    assert parse("milvus+file:///srv/x.db") == MilvusAddress("/srv/x.db")
    secret = parse("milvus+https://me:p%40ss@host:19530/city")
    assert secret == MilvusAddress("https://host:19530", "city", "me", "p@ss")
    assert str(secret) == "milvus+https://host:19530/city"
    for wrong in ("milvus+http://host:19530", "milvus+http://host/a-b", "milvus+ftp://host/a", "milvus+file:x"):
        with pytest.raises(StoreError, match="expected milvus"):
            parse(wrong)


def test_a_term_becomes_one_word_of_milvus() -> None:
    words = [word(term) for term in ("养老", "养", "154.99", "yangpu")]
    assert all(len(w) == 8 and w.isascii() and w.isalnum() and w == w.lower() for w in words)
    assert len(set(words)) == 4


def test_files_that_want_one_id_come_to_one_worker(tmp_path: Path) -> None:
    files = [FoundFile(tmp_path / f"{n}.{kind}", tmp_path) for n in range(20) for kind in ("md", "txt")]
    shards = [in_shard(files, number, 3) for number in (1, 2, 3)]
    assert sorted(file.path for shard in shards for file in shard) == sorted(file.path for file in files)
    stems = [{file.path.stem for file in shard} for shard in shards]
    assert [len(stem) * 2 for stem in stems] == [len(shard) for shard in shards]


def test_two_workers_fill_one_store_from_the_command_line(
    place: MilvusAddress, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(6):
        (docs / f"{number}.txt").write_text(f"2023年，第{number}区新增养老床位{100 + number}张。", encoding="utf-8")
    store = ["--store", f"milvus+file:{tmp_path}/cli.db"]
    with milvus_lite(tmp_path / "cli.db"):
        for shard in ("1/2", "2/2", "1/2"):
            assert main(["index", str(docs), "--shard", shard, *store]) == 0
        assert main(["documents", "list", *store]) == 0
        listed = capsys.readouterr().out
        assert [f"{number}  " in listed for number in range(6)] == [True] * 6
        assert main(["search", "养老床位103张", "-k", "1", "--leg", "lexical", *store]) == 0
        assert "养老床位103张" in capsys.readouterr().out
        assert main(["store", "verify", *store]) == 2
        assert "looked after by Milvus" in capsys.readouterr().err
