"""What a knowledge base does with documents, in memory and on disk alike."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag import Document, KnowledgeBase, Paragraph
from rag.errors import StoreNotFound, UnknownDocument
from rag.index.shelf import LocalShelf
from rag.index.snapshot import Snapshot
from rag.search.retrieval import RANK_CONSTANT, RERANKED, _foremost, _reciprocal_ranks
from rag.turns import SHORT, short_turns
from tests.toys import ToyEncoder, lines, milvus_lite

A = Document("a", "甲区", "养老床位120张\n就业岗位3000个", "a.txt", "2024-01-05", {"issuer": "甲区政府"})
B = Document("b", "乙区", "交通线路2条")
C = Document("c", "", "")

Make = Callable[[], KnowledgeBase]


@pytest.fixture(params=["memory", "disk", "milvus"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """A knowledge base without documents; outside memory another one over the same store each time."""
    if request.param == "memory":
        held = KnowledgeBase(LocalShelf(Snapshot.of([], ToyEncoder()), split=lines))
        yield lambda: held
        return
    place = request.getfixturevalue("milvus" if request.param == "milvus" else "tmp_path")
    yield lambda: KnowledgeBase.open(place, encoder=ToyEncoder(), create=True, split=lines)
    if request.param == "milvus":
        kb = KnowledgeBase.open(place, encoder=ToyEncoder(), create=True, split=lines)
        kb.remove([head.id for head in kb.heads()])


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of Milvus Lite, emptied after each test: to make one takes seconds."""
    file = tmp_path_factory.mktemp("milvus") / "x.db"
    with milvus_lite(file):
        yield f"milvus+file:{file}"


here = pytest.mark.parametrize("make", ["memory", "disk"], indirect=True)  # what a cluster does not promise


def found(kb: KnowledgeBase, query: str, leg: str) -> list[str]:
    return [hit.paragraph.id for hit in kb.search(query, leg=leg) if hit.score > 0]


def test_documents_come_back_as_they_were_in_the_order_added(make: Make) -> None:
    make().add([B, A])
    make().add([C])
    assert make().documents() == [B, A, C]
    assert make().document("a") == A
    assert make().paragraphs("a") == [
        Paragraph("a#0", "a", (), 0, 8, "养老床位120张"),
        Paragraph("a#1", "a", (), 9, 18, "就业岗位3000个"),
    ]
    assert make().paragraphs("c") == []


def test_both_legs_find_what_was_added(make: Make) -> None:
    make().add([A, B])
    for leg in ("lexical", "dense"):
        assert found(make(), "养老", leg) == ["a#0"]
        assert found(make(), "交通", leg) == ["b#0"]


def test_a_replaced_document_keeps_its_place_and_loses_its_old_text(make: Make) -> None:
    make().add([A, B])
    new = Document("a", "甲区", "住房5000套")
    make().add([new])
    assert make().documents() == [new, B]
    for leg in ("lexical", "dense"):
        assert found(make(), "养老", leg) == []
        assert found(make(), "住房", leg) == ["a#0"]


def test_what_is_removed_is_gone_from_everything(make: Make) -> None:
    make().add([A, B])
    make().remove(["a"])
    assert make().documents() == [B]
    assert found(make(), "养老", "lexical") == found(make(), "养老", "dense") == []
    for call in (make().document, make().paragraphs):
        with pytest.raises(UnknownDocument, match="no document has the id 'a'"):
            call("a")
    make().add([A])
    assert make().documents() == [B, A]


def test_removing_an_unknown_document_changes_nothing(make: Make) -> None:
    make().add([A])
    with pytest.raises(UnknownDocument, match="'zz'"):
        make().remove(["a", "zz"])
    assert make().documents() == [A]


def test_all_documents_can_be_removed(make: Make) -> None:
    make().add([A, B])
    make().remove(["a", "b"])
    assert make().documents() == []
    assert make().search("养老") == []


def test_of_documents_with_the_same_id_the_last_counts(make: Make) -> None:
    make().add([A, B, Document("a", "甲区", "住房5000套")])
    assert make().documents() == [Document("a", "甲区", "住房5000套"), B]


def test_a_failing_source_of_documents_changes_nothing(make: Make) -> None:
    make().add([A])

    def broken():
        yield B
        raise OSError("unreadable")

    with pytest.raises(OSError, match="unreadable"):
        make().add(broken())
    assert make().documents() == [A]


def test_only_limits_every_leg_to_the_documents_named(make: Make) -> None:
    make().add([A, Document("d", "丁区", "养老机构1家")])
    for leg in ("lexical", "dense", "hybrid"):
        assert {hit.paragraph.document_id for hit in make().search("养老", leg=leg, only=["d", "zz"])} == {"d"}
        assert make().search("养老", leg=leg, only=[]) == []


def test_unchanged_documents_are_not_encoded_again(tmp_path: Path) -> None:
    encoder = ToyEncoder()
    kb = KnowledgeBase.open(tmp_path, encoder=encoder, create=True, split=lines)
    kb.add([A, B])
    generation = kb.stats().generation
    kb.add([A, B])
    assert (encoder.encoded, kb.stats().generation) == (3, generation)
    kb.add([A, Document("b", "乙区", "交通线路3条")])
    kb.remove(["a"])
    kb.compact()
    assert encoder.encoded == 4


def test_many_small_changes_leave_few_segments(tmp_path: Path) -> None:
    encoder = ToyEncoder()
    kb = KnowledgeBase.open(tmp_path, encoder=encoder, create=True, split=lines)
    documents = [Document(f"d{n}", "", f"就业岗位{n}个") for n in range(20)]
    for document in documents:
        kb.add([document])
    stats = kb.stats()
    assert (stats.documents, stats.paragraphs, encoder.encoded) == (20, 20, 20)
    assert stats.segments < 4
    assert kb.documents() == documents
    assert [hit.paragraph.id for hit in kb.search("就业岗位7个", k=1, leg="lexical")] == ["d7#0"]


@here
def test_a_snapshot_in_use_is_not_disturbed(make: Make) -> None:
    kb = make()
    kb.add([A, B])
    before = kb.snapshot
    kb.remove(["a"])
    kb.add([C])
    kb.compact()
    assert list(before.documents) == ["a", "b"]
    assert [p.id for p in before.paragraphs] == ["a#0", "a#1", "b#0"]
    assert before.lexical.search({"养老": 1.0}, 3)[0].tolist() == [0]


def test_what_is_in_memory_has_no_store() -> None:
    kb = KnowledgeBase.from_texts(["养老床位120张"], encoder=ToyEncoder())
    with pytest.raises(StoreNotFound, match="in memory only"):
        kb.verify()


@here
def test_what_was_prepared_is_kept_only_of_documents_that_did_not_change(make: Make) -> None:
    kb = make()
    kb.add([A, B])
    for paragraph in kb.snapshot.paragraphs:
        kb.snapshot.passage_of(paragraph)
    before = kb.snapshot
    kb.add([Document("a", "甲区", "住房5000套"), C])
    first, second = kb.snapshot.paragraphs
    assert [first.text, second.text] == ["交通线路2条", "住房5000套"]
    assert kb.snapshot.passage_of(first) is before.passage_of(first)
    assert kb.snapshot.passage_of(second).paragraph == second


def test_what_was_prepared_is_kept_when_another_process_changed_the_store(tmp_path: Path) -> None:
    def opened() -> KnowledgeBase:
        return KnowledgeBase.open(tmp_path, encoder=ToyEncoder(), create=True, split=lines)

    opened().add([A, replace(B, text="交通线路2条\n公园五座\n桥三座"), C])
    kb, other = opened(), opened()
    first, _, road, *_ = kb.snapshot.passages(np.arange(5))
    other.add([replace(A, id="d")])
    other.remove(["c"])
    kb.refresh()
    again = kb.snapshot.passages(np.arange(3))
    assert again[0] is first
    assert again[2].paragraph == road.paragraph
    assert kb.snapshot.passage_of(first.paragraph) is first


def test_passages_keep_their_numbers_up_to_the_first_segment_that_changed() -> None:
    kb = KnowledgeBase(LocalShelf(Snapshot.of([], ToyEncoder()), split=lines))
    kb.add([A])
    kb.add([B])
    first, _, last = kb.snapshot.passages(np.arange(3))
    kb.add([replace(B, text="交通线路3条")])
    again = kb.snapshot.passages(np.arange(3))
    assert again[0] is first
    assert (last.paragraph.text, again[2].paragraph.text) == ("交通线路2条", "交通线路3条")


@here
def test_what_was_prepared_serves_on_after_an_addition_and_goes_with_what_was_replaced(make: Make) -> None:
    kb = make()
    kb.add([A, B])
    before = kb.snapshot
    kb.add([replace(A, id="d")])
    late = before.passages(np.arange(3))  # by who still reads the snapshot of before
    assert all(one is other for one, other in zip(kb.snapshot.passages(np.arange(3)), late, strict=True))
    vectors = before.sentence_vectors([(late[0], 0)])
    assert np.array_equal(kb.snapshot.sentence_vectors([(late[0], 0)]), vectors)
    kb.add([replace(A, text="住房5000套\n住房6000套")])
    held = kb.snapshot
    assert {p.paragraph.text for p in held.passages(np.arange(5))} == {
        "交通线路2条", "养老床位120张", "就业岗位3000个", "住房5000套", "住房6000套",
    }  # fmt: skip
    changed = next(p for p in held.passages(np.arange(5)) if p.paragraph.text == "住房5000套")
    assert not np.array_equal(held.sentence_vectors([(changed, 0)]), vectors)


def test_the_best_of_either_leg_are_among_those_ranked() -> None:
    """Where one leg's scores lie far apart, the other's would count for nothing if they were added up."""
    lexical = np.array([0.5**place for place in range(90)], np.float32)
    dense = np.arange(90, dtype=np.float32) / 1000  # the last is the nearest
    kept = _foremost(lexical, dense, RERANKED)
    assert set(range(8)) | set(range(82, 90)) <= set(kept.tolist())
    assert _reciprocal_ranks(lexical[:2]).tolist() == pytest.approx([1 / RANK_CONSTANT, 1 / (RANK_CONSTANT + 1)])


def test_threads_take_short_turns_while_documents_are_added_and_usual_ones_after() -> None:
    usual = sys.getswitchinterval()
    seen: list[float] = []

    def noting(document: Document) -> list[Paragraph]:
        seen.append(sys.getswitchinterval())
        with short_turns():  # another change at the same time
            pass
        seen.append(sys.getswitchinterval())
        if document.id == "b":
            raise ValueError
        return lines(document)

    kb = KnowledgeBase(LocalShelf(Snapshot.of([], ToyEncoder()), split=noting))
    kb.add([A])
    with pytest.raises(ValueError):
        kb.add([B])
    assert seen == pytest.approx([SHORT] * 4)
    assert sys.getswitchinterval() == usual
