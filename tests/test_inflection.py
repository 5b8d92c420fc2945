"""Other forms of English words."""

import pytest

from rag import KnowledgeBase
from rag.questions.question import understand
from rag.search.asking import Asking
from rag.text.inflection import forms
from tests.toys import ToyEncoder


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("returned", {"return", "returning"}),
        ("return", {"returned", "returning"}),
        ("given", {"give", "gave"}),
        ("gave", {"give", "given"}),
        ("planned", {"plan", "planning"}),
        ("plan", {"planned", "planning"}),
        ("carried", {"carry", "carrying"}),
        ("controlled", {"control"}),
        ("voted", {"vote", "voting"}),
        ("weight", {"weigh"}),
        ("heavy", {"weight"}),
        ("written", {"write", "wrote"}),
    ],
)
def test_a_word_has_its_forms(word: str, others: set[str]) -> None:
    assert others <= set(forms(word))
    assert word not in forms(word)


def test_a_form_that_the_documents_have_stands_for_the_word() -> None:
    texts = ["The ferry sank in May.", "Ferries sink.", "The lake is deep."]
    kb = KnowledgeBase.from_texts(texts, encoder=ToyEncoder())
    asked = Asking.from_question(understand("Which ferry might sink?"), kb.snapshot).asked
    assert asked.alike["sink"] == {"sank": 1.0}
