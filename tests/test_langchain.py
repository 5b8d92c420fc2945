"""Youju inside other people's LangChain programs: their standard tests, and the chain."""

import asyncio
import subprocess
import sys
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers import BaseTracer
from langchain_core.tracers.schemas import Run
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from rag import KnowledgeBase
from rag.errors import BadQuestion
from rag.langchain import YoujuEmbeddings, YoujuRetriever, answer_chain

TEXTS = [
    "2023年新增就业31200人。全年建成公园6座。",
    "2023年旧区改造完成2500户。",
    "2024年计划新增就业30000人。",
    "2023年一般公共预算收入197亿元,比上年增长8.3%。",
]
TITLES = ["甲区2023年总结", "乙区2023年总结", "甲区2024年计划", "丙区2023年总结"]


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return KnowledgeBase.from_texts(TEXTS, TITLES)


class TestYoujuEmbeddingsUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[YoujuEmbeddings]:
        return YoujuEmbeddings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
class TestYoujuEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[YoujuEmbeddings]:
        return YoujuEmbeddings


@pytest.mark.anyio
class TestYoujuRetriever(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self) -> type[YoujuRetriever]:
        return YoujuRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"kb": KnowledgeBase.from_texts(TEXTS, TITLES), "k": 2}

    @property
    def retriever_query_example(self) -> str:
        return "2023年新增就业多少人?"


def test_a_retrieved_document_says_where_it_stands(kb: KnowledgeBase) -> None:
    [best] = YoujuRetriever(kb=kb, k=1, only=frozenset({"2"})).invoke("旧区改造完成多少户?")
    assert (best.page_content, best.metadata["document_id"], best.metadata["title"]) == (TEXTS[1], "2", TITLES[1])
    assert kb.document("2").text[best.metadata["start"] : best.metadata["end"]] == best.page_content


def test_the_chain_answers_as_the_knowledge_base_does(kb: KnowledgeBase) -> None:
    question = "2023年一般公共预算收入是多少?"
    whole = answer_chain(kb).invoke(question)
    assert whole.text == kb.ask(question).text
    *_, last = answer_chain(kb).stream({"question": question})
    assert last.text == whole.text
    assert [a.text for a in answer_chain(kb).batch([question, question])] == [whole.text] * 2


def test_async_gives_the_same(kb: KnowledgeBase) -> None:
    question = "2023年旧区改造完成多少户?"

    async def ask() -> list[str]:
        streamed = [answer.text async for answer in answer_chain(kb).astream(question)]
        return [streamed[-1], (await answer_chain(kb).ainvoke(question)).text]

    assert asyncio.run(ask()) == [kb.ask(question).text] * 2


def test_only_and_history_reach_the_engine(kb: KnowledgeBase) -> None:
    answer = answer_chain(kb).invoke({"question": "新增就业多少人?", "only": ["3"], "history": []})
    assert {c.document_id for c in answer.citations} == {"3"}


def test_errors_are_ours(kb: KnowledgeBase) -> None:
    with pytest.raises(BadQuestion):
        answer_chain(kb).invoke(" ")


def test_steps_are_traced(kb: KnowledgeBase) -> None:
    class Names(BaseTracer):
        seen: list[str]

        def _persist_run(self, run: Run) -> None:
            self.seen = [run.name, *(child.name for child in run.child_runs)]

    tracer = Names()
    answer_chain(kb).invoke("2023年旧区改造完成多少户?", {"callbacks": [tracer]})
    assert tracer.seen == ["AnswerChain", "retrieve"]


def test_it_runs_as_a_step_of_a_chain_and_a_node_of_a_graph(kb: KnowledgeBase) -> None:
    from langgraph.graph import END, START, StateGraph

    question = "2023年旧区改造完成多少户?"
    text = RunnableLambda(lambda answer: answer.text)
    expected = kb.ask(question).text
    assert (answer_chain(kb) | text).invoke(question) == expected

    class State(TypedDict):
        question: str
        reply: str

    graph = StateGraph(State)
    graph.add_node("ask", lambda state: {"reply": answer_chain(kb).invoke(state["question"]).text})
    graph.add_edge(START, "ask")
    graph.add_edge("ask", END)
    assert graph.compile().invoke({"question": question, "reply": ""})["reply"] == expected


def test_asking_without_a_model_imports_no_langchain() -> None:
    code = (
        "import sys; from rag import KnowledgeBase; import rag.llm\n"
        "KnowledgeBase.from_texts(['2023年旧区改造完成2500户。']).ask('旧区改造完成多少户?')\n"
        "print([m for m in sys.modules if m.startswith(('langchain', 'openai', 'torch'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
