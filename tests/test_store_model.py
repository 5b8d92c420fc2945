"""Random sequences of changes against a store that is a dict, and BM25 and cosines worked out one by one."""

import os
import tempfile
from collections import Counter
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from embeddings.terms import terms
from rag import Document, KnowledgeBase, store
from rag.errors import UnknownDocument
from rag.index.lexical import K1, B
from rag.index.segment import indexed_text
from tests.toys import AXES, ToyEncoder, lines

IDS = st.sampled_from([f"d{n}" for n in range(8)])
TEXTS = st.lists(st.sampled_from([*AXES, "养老就业", "住房住房交通"]), max_size=4).map("\n".join)
DOCUMENTS = st.builds(Document, id=IDS, title=st.sampled_from(["", "甲区", "乙区"]), text=TEXTS)


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.model: dict[str, Document] = {}
        self.reopen()

    def teardown(self) -> None:
        assert not self.model or store.verify(Path(self.folder.name)) == []
        self.folder.cleanup()

    @rule()
    def reopen(self) -> None:
        self.kb = KnowledgeBase.open(self.folder.name, encoder=ToyEncoder(), create=True, split=lines)

    @rule(documents=st.lists(DOCUMENTS, max_size=4))
    def add(self, documents: list[Document]) -> None:
        self.kb.add(documents)
        self.model |= {document.id: document for document in documents}

    @rule(id=IDS)
    def remove(self, id: str) -> None:
        if id in self.model:
            del self.model[id]
            self.kb.remove([id])
        else:
            with pytest.raises(UnknownDocument):
                self.kb.remove([id])

    @rule()
    def merge(self) -> None:
        self.kb.compact()

    @rule(query=st.sampled_from([*AXES, "养老住房", "没有"]))
    def search(self, query: str) -> None:
        snapshot = self.kb.snapshot
        weighted = dict.fromkeys(terms(query), 1.0)
        for (rows, scores), expected in (
            (snapshot.lexical.search(weighted, 1000), self.lexical(query)),
            (snapshot.vectors.search(ToyEncoder().encode_query(query), 1000), self.dense(query)),
        ):
            ids = [snapshot.paragraphs[row].id for row in rows.tolist()]
            assert dict(zip(ids, scores.tolist(), strict=True)) == pytest.approx(expected, abs=1e-5)
            assert scores.tolist() == sorted(scores.tolist(), reverse=True)

    @invariant()
    def documents(self) -> None:
        assert self.kb.documents() == list(self.model.values())

    def paragraphs(self) -> dict[str, str]:
        return {p.id: indexed_text(document, p) for document in self.model.values() for p in lines(document)}

    def lexical(self, query: str) -> dict[str, float]:
        counts = {id: Counter(terms(text)) for id, text in self.paragraphs().items()}
        average = max(sum(c.total() for c in counts.values()) / max(len(counts), 1), 1.0)
        scores: Counter[str] = Counter()
        for term in dict.fromkeys(terms(query)):
            holding = [id for id, c in counts.items() if term in c]
            telling = log(1 + (len(counts) - len(holding) + 0.5) / (len(holding) + 0.5))
            for id in holding:
                tf = counts[id][term]
                scores[id] += telling * tf * (K1 + 1) / (tf + K1 * (1 - B + B * counts[id].total() / average))
        return dict(scores)

    def dense(self, query: str) -> dict[str, float]:
        encoder = ToyEncoder()
        vector = encoder.encode_query(query)
        return {id: float(np.dot(encoder.encode_query(text), vector)) for id, text in self.paragraphs().items()}


# A longer run by hand: YOUJU_STORE_EXAMPLES=1000, each of 20 changes and searches.
EXAMPLES = int(os.environ.get("YOUJU_STORE_EXAMPLES", "100"))
StoreMachine.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=20, deadline=None, derandomize=True
)
TestStoreMachine = StoreMachine.TestCase
