"""A knowledge base that words its answers with a model: real servers, their failures, limits and costs."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.tracers import BaseTracer
from langchain_core.tracers.schemas import Run

from rag import Answer, KnowledgeBase
from rag.errors import ModelError
from rag.langchain import answer_chain
from rag.llm import open_model
from rag.llm.budget import Budget, Price, Replies
from rag.llm.calling import Limits
from rag.llm.prompt import NO_ANSWER
from rag.llm.sources import choose, tokens_of
from rag.llm.writer import ModelWriter
from rag.types import Document, Hit, Paragraph
from tests.scripted_models import Act, Hangs, Refuses, Says, scripted_server

TEXTS = [
    "2023年新增就业31200人。全年建成公园6座。",
    "2023年旧区改造完成2500户。",
    "2024年计划新增就业30000人。",
    "2023年一般公共预算收入197亿元,比上年增长8.3%。",
]
TITLES = ["海山区2023年总结", "湖山区2023年总结", "海山区2024年计划", "云山区2023年总结"]
QUESTION = "云山区2023年一般公共预算收入是多少?"
SAID = "2023年云山区一般公共预算收入为197亿元,比上年增长8.3%。"
GOOD = [*SAID, "[1]"]
PATIENT = Limits(back_off_s=0.01)
"""Where nothing is late: a busy machine takes seconds over the first call of a provider's package."""
QUICK = Limits(first_token_s=1.0, whole_s=2.0, back_off_s=0.01)


def base(writer: ModelWriter | None = None) -> KnowledgeBase:
    return KnowledgeBase.from_texts(TEXTS, TITLES, writer=writer)


WITHOUT = base().ask(QUESTION)


def writer(model: Any, **options: Any) -> ModelWriter:
    return ModelWriter(model, name="scripted", **{"limits": PATIENT, **options})


def replies(*said: str) -> FakeListChatModel:
    return FakeListChatModel(responses=list(said))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key")


def asked_over(provider: str, *acts: Act, limits: Limits = PATIENT) -> tuple[Answer, list[dict[str, Any]]]:
    with scripted_server(*acts) as server:
        address = server.address + ("/v1" if provider == "openai" else "")
        model = open_model(f"{provider}:m", limits=limits, base_url=address)
        return base(model).ask(QUESTION), server.asked


@pytest.mark.parametrize("provider", ["openai", "ollama"])
class TestProviders:
    """Each provider's own package against its own wire format."""

    def test_a_reply_is_held_and_counted(self, provider: str) -> None:
        answer, asked = asked_over(provider, Says(GOOD))
        assert answer.text == SAID + "[1]"
        assert [(s.text, s.citations, s.verified) for s in answer.sentences] == [(SAID, (1,), True)]
        assert [(c.document_id, c.quote) for c in answer.citations] == [("4", TEXTS[3])]
        assert answer.model is not None
        assert {name: answer.model[name] for name in ("name", "input_tokens", "output_tokens", "sentences")} == {
            "name": f"{provider}:m",
            "input_tokens": 100,
            "output_tokens": 7,
            "sentences": {"verified": 1},
        }
        assert "failed" not in answer.model
        system, user = (message["content"] for message in asked[0]["messages"])
        assert NO_ANSWER in system
        assert '<source id="1">\n标题: 云山区2023年总结\n正文:\n' + TEXTS[3] in user
        assert user.endswith(f"<question>\n{QUESTION}\n</question>")

    @pytest.mark.parametrize(
        ("acts", "reason", "requests"),
        [
            ([Refuses(401)], "HTTP 401", 1),
            ([Refuses(500)], "HTTP 500", 3),
            ([Refuses(429)], "HTTP 429", 3),
            ([Says(GOOD[:9], ending="cut")], "Connection|peer closed", 1),
            ([Says([])], "empty", 1),
            ([Says(GOOD[:3], ending="garbage")], "JSON", 1),
            ([Says([NO_ANSWER])], "no answer", 1),
            ([Says(["抱歉,", "我不能", "回答。"])], "nothing it wrote stands", 1),
            ([Says(["该区居民", "普遍满意", "[1]。"])], "nothing it wrote stands", 1),
        ],
    )
    def test_a_failure_ends_in_the_answer_without_a_model(
        self, provider: str, acts: list[Act], reason: str, requests: int
    ) -> None:
        answer, asked = asked_over(provider, *acts)
        assert (answer.text, answer.citations) == (WITHOUT.text, WITHOUT.citations)
        assert answer.model is not None
        assert any(part in answer.model["failed"] for part in reason.split("|")), answer.model
        assert len(asked) == requests

    @pytest.mark.parametrize(
        ("act", "reason"), [(Says(GOOD, pause_s=0.2), "not done after 2 s"), (Hangs(3), "no token after 1 s")]
    )
    def test_a_late_reply_ends_in_the_answer_without_a_model(self, provider: str, act: Act, reason: str) -> None:
        answer, asked = asked_over(provider, act, limits=QUICK)
        assert (answer.text, answer.citations, len(asked)) == (WITHOUT.text, WITHOUT.citations, 1)
        assert answer.model is not None
        # A busy machine may see the first limit pass before the reply that would break the second one.
        assert answer.model["failed"] in {reason, "no token after 1 s"}

    def test_a_passing_failure_is_tried_again(self, provider: str) -> None:
        answer, asked = asked_over(provider, Refuses(429, retry_after="0.01"), Refuses(503), Says(GOOD))
        assert (answer.text, len(asked)) == (SAID + "[1]", 3)
        assert answer.model is not None
        assert (answer.model["retries"], "failed" in answer.model) == (2, False)

    def test_what_stood_before_the_stream_broke_is_kept(self, provider: str) -> None:
        answer, _ = asked_over(provider, Says(["预算收入为197亿元。[1]", "增长", "了8."], ending="cut"))
        assert answer.text == "预算收入为197亿元。[1]"  # the draft would say the same again
        assert answer.model is not None
        assert "failed" in answer.model

    def test_a_figure_in_no_source_is_replaced_by_the_source(self, provider: str) -> None:
        answer, _ = asked_over(provider, Says(["云山区一般公共预算收入为", "299", "亿元[7]", "。"]))
        assert answer.text == TEXTS[3] + "[1]"
        assert answer.model is not None
        assert answer.model["sentences"] == {"replaced": 1}

    def test_a_sentence_without_a_citation_is_given_one(self, provider: str) -> None:
        answer, _ = asked_over(provider, Says([SAID]))
        assert answer.text == SAID + "[1]"

    def test_a_sentence_that_stands_nowhere_is_marked(self, provider: str) -> None:
        answer, _ = asked_over(provider, Says([*GOOD, "居民普遍满意。"]))
        assert answer.text == SAID + "[1]居民普遍满意。(未核实)"
        assert [s.verified for s in answer.sentences] == [True, False]


def test_what_the_server_asks_for_is_waited_or_not_at_all() -> None:
    answer, asked = asked_over("openai", Refuses(429, retry_after="60"), Says(GOOD))
    assert (answer.text, len(asked)) == (WITHOUT.text, 1)  # longer than the time limit


def test_abstaining_comes_before_the_model() -> None:
    class Never:
        def stream(self, messages: Any) -> Iterator[str]:
            raise AssertionError("was asked")

    answer = base(writer(Never())).ask("火星上有几座环形山?")
    assert (answer.abstained, answer.model) == (True, None)


def test_text_only_grows_and_a_figure_in_no_source_is_never_seen() -> None:
    said = SAID + "[1]居民普遍满意。公共预算收入达到299亿元[1]。"
    seen = list(base(writer(replies(said))).stream(QUESTION))
    texts = [answer.text for answer in seen]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert texts[-1] == SAID + "[1]居民普遍满意。(未核实)"  # what would have replaced the last is said already
    everything = "".join(s.text for answer in seen for s in answer.sentences)
    assert "299" not in everything
    # The sentence under way is shown, as not verified, before it is done.
    assert any(answer.sentences and not answer.text for answer in seen)


def test_how_the_question_was_understood_is_told_before_the_model_is_asked() -> None:
    asked = threading.Event()

    class Notes:
        def stream(self, messages: Any) -> Iterator[str]:
            asked.set()
            yield SAID + "[1]"

    growing = base(writer(Notes())).stream("一般公共预算收入呢?", history=[(QUESTION, "197亿元。")])
    first = next(growing)
    assert (first.text, first.citations, asked.is_set()) == ("", (), False)
    assert "云山区" in first.resolved_question
    assert [answer.text for answer in growing][-1] == SAID + "[1]"


def test_the_first_token_is_passed_on_before_the_second_is_written() -> None:
    passed_on = threading.Event()

    class Waits:
        def stream(self, messages: Any) -> Iterator[str]:
            yield "云山区"
            assert passed_on.wait(5)
            yield "一般公共预算收入为197亿元。[1]"

    for answer in base(writer(Waits())).stream(QUESTION):
        if answer.sentences and answer.sentences[-1].text == "云山区":
            passed_on.set()
    assert passed_on.is_set()
    assert answer.text == "云山区一般公共预算收入为197亿元。[1]"


def test_a_reader_who_goes_away_stops_the_model() -> None:
    stopped = threading.Event()

    class Endless:
        def stream(self, messages: Any) -> Iterator[str]:
            try:
                while True:
                    time.sleep(0.002)
                    yield "云山区收入为197亿元。[1]"
            finally:
                stopped.set()

    growing = base(writer(Endless())).stream(QUESTION)
    assert any(answer.text for answer in growing)
    growing.close()  # type: ignore[attr-defined]
    assert stopped.wait(5)


def test_a_cancelled_task_closes_the_connection() -> None:
    with scripted_server(Says(["云山区收入为"] + ["一"] * 200, pause_s=0.01)) as server:
        chain = answer_chain(base(), open_model("openai:m", limits=PATIENT, base_url=server.address + "/v1"))

        async def ask() -> None:
            async for answer in chain.astream(QUESTION):
                if answer.sentences:
                    return

        asyncio.run(ask())
        assert server.hung_up.wait(5)


def test_async_holds_and_falls_back_as_well() -> None:
    async def both() -> list[Answer]:
        with scripted_server(Refuses(503), Says(GOOD), Hangs(3)) as server:
            address = server.address + "/v1"
            good = answer_chain(base(), open_model("openai:m", limits=PATIENT, base_url=address))
            first = await good.ainvoke(QUESTION)
            hanging = answer_chain(base(), open_model("openai:m", limits=QUICK, base_url=address))
            return [first, await hanging.ainvoke(QUESTION)]

    held, fallen = asyncio.run(both())
    assert held.text == SAID + "[1]"
    assert fallen.text == WITHOUT.text
    assert fallen.model is not None
    assert fallen.model["failed"] == "no token after 1 s"


def test_the_chain_takes_a_chat_model_and_traces_it() -> None:
    class Names(BaseTracer):
        seen: list[str]

        def _persist_run(self, run: Run) -> None:
            self.seen = [run.name, *(child.name for child in run.child_runs)]

    tracer = Names()
    answer = answer_chain(base(), replies(SAID + "[1]")).invoke(QUESTION, {"callbacks": [tracer]})
    assert answer.text == SAID + "[1]"
    assert tracer.seen == ["AnswerChain", "retrieve", "FakeListChatModel"]


def test_a_model_of_any_kind_may_fail() -> None:
    class Odd:
        def stream(self, messages: Any) -> Iterator[str]:
            raise KeyError("api_key=sk-abcdef123456")

        async def astream(self, messages: Any) -> AsyncIterator[str]:
            raise KeyError("no")
            yield ""

    answer = base(writer(Odd())).ask(QUESTION)
    assert answer.text == WITHOUT.text
    assert answer.model is not None
    assert answer.model["failed"].startswith("KeyError")
    assert "abcdef" not in answer.model["failed"]


def test_the_same_question_is_not_paid_for_twice() -> None:
    kb = base(writer(replies(SAID + "[1]", "另一个回答。"), price=Price(input=1.0, output=2.0)))
    first, second = kb.ask(QUESTION), kb.ask(QUESTION)
    assert first.text == second.text == SAID + "[1]"
    assert first.model is not None and second.model is not None
    assert (first.model["cached"], second.model["cached"]) == (False, True)
    expected = (first.model["input_tokens"] * 1.0 + first.model["output_tokens"] * 2.0) / 1_000_000
    assert (first.model["cost"], second.model["cost"]) == (expected, 0.0)


def test_other_passages_are_another_question() -> None:
    kb = base(writer(replies(SAID + "[1]", "收入为198亿元。[1]")))
    kb.ask(QUESTION)
    kb.add([Document("4", TITLES[3], TEXTS[3].replace("197", "198"))])
    assert kb.ask(QUESTION).text == "收入为198亿元。[1]"


def test_a_failure_is_not_remembered() -> None:
    kb = base(writer(replies("", SAID + "[1]")))
    assert kb.ask(QUESTION).text == WITHOUT.text
    assert kb.ask(QUESTION).text == SAID + "[1]"


def test_the_days_budget_ends_in_the_answer_without_a_model() -> None:
    days = [date(2024, 5, 1)]
    budget = Budget(1300, today=lambda: days[0])
    kb = base(writer(replies(SAID + "[1]"), budget=budget, replies=Replies(0)))
    first = kb.ask(QUESTION)
    assert first.model is not None
    assert budget.spent == first.model["input_tokens"] + first.model["output_tokens"] < 1300
    second = kb.ask(QUESTION)  # some is left, too little for another answer at its most
    assert second.text == WITHOUT.text
    assert second.model is not None
    assert second.model["failed"] == "the day's token budget is used up"
    days[0] = date(2024, 5, 2)
    assert kb.ask(QUESTION).text == SAID + "[1]"


def test_passages_are_fitted_to_the_window() -> None:
    texts = ["第一句话。第二句话更长一些。" * 4, "另一段。" * 10, "第三段。"]
    documents = {str(n): Document(str(n), "题", text) for n, text in enumerate(texts)}
    hits = [Hit(Paragraph(f"p{n}", str(n), (), 0, len(text), text), 1.0) for n, text in enumerate(texts)]
    assert [s.text for s in choose(hits, documents, tokens=1000)] == texts
    over = tokens_of("题") + 20
    assert [s.text for s in choose(hits, documents, tokens=over + tokens_of(texts[0]) + 5)] == texts[:1]
    assert [s.text for s in choose(hits, documents, tokens=over + 15)] == ["第一句话。第二句话更长一些。"]
    assert choose(hits, documents, tokens=10) == []


def test_no_room_for_a_passage_is_said() -> None:
    answer = base(writer(replies(SAID), context_tokens=900)).ask(QUESTION)
    assert answer.text == WITHOUT.text
    assert answer.model is not None
    assert "fits" in answer.model["failed"]


def test_an_overlong_reply_is_cut_off() -> None:
    limits = Limits(output_tokens=40)
    answer = base(writer(replies(SAID + "[1]" + "居民普遍满意。" * 400), limits=limits)).ask(QUESTION)
    assert answer.text.startswith(SAID + "[1]")
    assert tokens_of(answer.text) < 200


@pytest.mark.parametrize(
    ("spec", "hint"),
    [("nonsense", "provider"), ("nobody:model", "nobody"), ("fireworks:m", "langchain-fireworks")],
)
def test_a_model_that_cannot_be_used_is_refused_with_what_to_do(spec: str, hint: str) -> None:
    with pytest.raises(ModelError, match=hint):
        open_model(spec)


def test_english_is_answered_by_english_rules() -> None:
    kb = KnowledgeBase.from_texts(["Revenue reached 19.7 billion yuan in 2023."], ["Yunshan 2023"])
    with scripted_server(Says(["Revenue was 19.7 billion yuan. [1]", " It was 20 billion in total. [1]"])) as server:
        model = open_model("openai:m", limits=PATIENT, base_url=server.address + "/v1")
        kb = KnowledgeBase.from_texts(["Revenue reached 19.7 billion yuan in 2023."], ["Yunshan 2023"], writer=model)
        answer = kb.ask("What was the revenue in 2023?")
    assert server.asked[0]["messages"][0]["content"].startswith("Answer the question")
    assert answer.text.startswith("Revenue was 19.7 billion yuan.[1]")
    assert "20 billion" not in "".join(s.text for s in answer.sentences if s.verified)


def test_the_command_line_takes_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ui.cli import main

    (tmp_path / "r.md").write_text(f"# {TITLES[3]}\n\n{TEXTS[3]}\n", encoding="utf-8")
    monkeypatch.delenv("OPENAI_API_KEY")
    store = str(tmp_path / "store")
    assert main(["index", str(tmp_path / "r.md"), "--store", store]) == 0
    capsys.readouterr()
    with scripted_server(Says(GOOD)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.address + "/v1")  # a server at home asks for no key
        done = main(["ask", QUESTION, "--store", store, "--json", "--model", "openai:m", "--model-price", "1,2"])
    answer = json.loads(capsys.readouterr().out)
    assert (done, answer["text"], answer["model"]["cost"]) == (0, SAID + "[1]", (100 * 1 + 7 * 2) / 1_000_000)
    assert main(["ask", QUESTION, "--store", store, "--model", "nobody:m"]) == 2
    assert "nobody:m" in capsys.readouterr().err
