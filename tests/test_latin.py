"""Chinese names in Latin letters, for a question in English that asks for one of their kind."""

import pytest

from embeddings import load_encoder
from rag import Document
from rag.answers import latin
from rag.index.snapshot import Snapshot
from rag.questions.question import understand
from rag.reading import split
from rag.search.asking import Asking


def named(question: str, quote: str) -> list[str]:
    snapshot = Snapshot.from_documents([Document("a", "东江区报告", quote)], encoder=load_encoder(), split=split)
    return list(latin.named(Asking.from_question(understand(question), snapshot), quote))


@pytest.mark.parametrize(
    ("question", "quote", "names"),
    [
        ("Which two streets will be repaved?", "开展黄河路、进贤路路面整修。", ["Huanghe Road", "Jinxian Road"]),
        ("Which roads bound the zone?", "北接淮海东路，西抵西藏南路。", ["Huaihai East Road", "Xizang South Road"]),
        (
            "Which hospitals lead it?",
            "由第四人民医院和江东医院牵头。",
            ["Fourth People's Hospital", "Jiangdong Hospital"],
        ),
        ("Which two cities joined?", "新增台州、金华为友好合作城市。", ["Taizhou", "Jinhua"]),
        ("Which subdistricts took part?", "大桥街道等8个街道参加。", ["Daqiao Subdistrict"]),
        ("With which countries are projects shared?", "与法国、以色列对接项目。", ["France", "Israel"]),
        ("Which roads were widened?", "拓宽一批道路，新建公路。", []),
        ("How many roads were widened?", "拓宽黄河路、进贤路等3条道路。", []),
        ("哪两条路要整修?", "开展黄河路、进贤路路面整修。", []),
    ],
)
def test_names_of_the_kind_asked_for(question: str, quote: str, names: list[str]) -> None:
    assert named(question, quote) == names


def test_one_name_comes_from_the_clause_with_most_of_the_question() -> None:
    quote = "江东医院门诊楼启用，第二医院获批国家重点专科。"
    assert named("Which hospital won approval for a national key specialty?", quote) == ["Second Hospital"]
    assert named("Which hospitals are told of?", quote) == ["Jiangdong Hospital", "Second Hospital"]


def test_what_the_question_names_is_not_told_again() -> None:
    assert named("Which roads cross Huanghe Road?", "与黄河路相交的有进贤路。") == ["Jinxian Road"]
