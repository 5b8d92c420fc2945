"""The answer as a model words it, held to the passages sentence by sentence; the draft stands in when that fails."""

import hashlib
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from embeddings.folding import fold
from rag.llm import prompt
from rag.llm.budget import Budget, Price, Replies
from rag.llm.calling import ChatModel, Limits, ModelFailed, Token, astream, stream
from rag.llm.composing import Composition
from rag.llm.rewriting import ModelRewriter
from rag.llm.sources import Source, choose, tokens_of
from rag.questions.question import language_of
from rag.rewriting import Rewriter
from rag.types import Answer
from rag.writing import Draft

CONTEXT_TOKENS = 8192
"""Taken as a model's window when it does not say."""
PASSAGE_TOKENS = 6000
"""At most this much of a larger window is filled with passages."""


class ModelWriter:
    """Words answers with a chat model. Safe to share between threads.

    `Answer.model` says which model, what it cost, what became of its sentences, and in `failed` why the draft stands
    in, if it does. A model that fails, hangs, refuses or writes nothing that stands never raises.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        name: str,
        limits: Limits | None = None,
        context_tokens: int = CONTEXT_TOKENS,
        budget: Budget | None = None,
        replies: Replies | None = None,
        price: Price | None = None,
        rewriting: bool = True,
    ) -> None:
        """With `rewriting` the model is also asked how follow-ups and questions of several parts are to be read."""
        self._model = model
        self._name = name
        self._limits = limits or Limits()
        self._context_tokens = context_tokens
        self._budget = budget or Budget()
        self._replies = replies or Replies()
        self._price = price
        self._rewriter = (
            ModelRewriter(model, name=name, budget=self._budget, replies=self._replies) if rewriting else None
        )

    @property
    def rewriter(self) -> Rewriter | None:
        return self._rewriter

    def write(self, draft: Draft) -> Iterator[Answer]:
        work = self._begin(draft)
        if work.ready:
            yield work.nothing_yet
            tokens = stream(self._model, work.messages, self._limits, retried=work.retried)
            try:
                for token in tokens:
                    if grown := work.take(token):
                        yield grown
                    if work.overlong:
                        break
            except ModelFailed as failure:
                work.failed = str(failure)
            finally:
                tokens.close()
                self._settle(work)
        yield self._end(work)

    async def awrite(self, draft: Draft) -> AsyncIterator[Answer]:
        """The same on an event loop."""
        work = self._begin(draft)
        if work.ready:
            yield work.nothing_yet
            tokens = astream(self._model, work.messages, self._limits, retried=work.retried)
            try:
                async for token in tokens:
                    if grown := work.take(token):
                        yield grown
                    if work.overlong:
                        break
            except ModelFailed as failure:
                work.failed = str(failure)
            finally:
                await tokens.aclose()
                self._settle(work)
        yield self._end(work)

    def _begin(self, draft: Draft) -> "_Work":
        question = draft.answer.resolved_question
        language = language_of(fold(question))
        over = tokens_of(prompt.rules(language)) + tokens_of(question) + 50
        room = min(self._context_tokens - over - self._limits.output_tokens, PASSAGE_TOKENS)
        sources = choose(draft.hits, draft.documents, tokens=room)
        work = _Work(draft, sources, language, self._limits.output_tokens)
        if not sources:
            work.failed = "no passage fits into its window, or all of them give orders"
            return work
        request = prompt.request(question, sources, language=language)
        work.key = _key(self._name, language, request)
        work.estimated_input = over + tokens_of(request)
        kept = self._replies.get(work.key)
        if kept is not None:
            work.cached = True
            work.take(Token(kept, finish="stop"))
        elif self._budget.take(work.reserved):
            work.messages = prompt.messages(question, sources, language=language)
        else:
            work.failed = "the day's token budget is used up"
        return work

    def _settle(self, work: "_Work") -> None:
        """What was really used, whether it ended well, failed, or its reader went away."""
        self._budget.settle(work.reserved, work.used)

    def _end(self, work: "_Work") -> Answer:
        answer = work.finish()
        if not work.failed and not work.cached:
            self._replies.put(work.key, work.reply)
        cost = self._price.of(*work.all_counts) if self._price else None
        return replace(answer, model=self._about(work, cost), timings_ms=_timings(work))

    def _about(self, work: "_Work", cost: float | None) -> dict[str, Any]:
        input_tokens, output_tokens = work.all_counts
        about: dict[str, Any] = {
            "name": self._name,
            "prompt": prompt.VERSION,
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            "cost": cost,
            "cached": work.cached,
            "retries": len(work.retried),
            "sentences": work.composition.counts(),
        }
        return about | ({"failed": work.failed} if work.failed else {})


@dataclass
class _Work:
    """One answer under way."""

    draft: Draft
    sources: Sequence[Source]
    language: str
    output_tokens: int
    messages: Sequence[Any] = ()
    key: str = ""
    estimated_input: int = 0
    cached: bool = False
    failed: str = ""
    reply: str = ""
    finish_reason: str = ""
    retried: list[str] = field(default_factory=list)
    counted: tuple[int, int] = (0, 0)
    began: float = field(default_factory=time.perf_counter)
    first_token_s: float | None = None

    def __post_init__(self) -> None:
        self.composition = Composition(self.draft, self.sources, language=self.language)

    @property
    def ready(self) -> bool:
        return bool(self.messages)

    @property
    def nothing_yet(self) -> Answer:
        """How the question was understood, told before the model is asked: what was found can be shown meanwhile."""
        return replace(self.draft.answer, text="", sentences=(), citations=())

    @property
    def overlong(self) -> bool:
        """It was asked for less; a model that does not heed that is cut off."""
        return tokens_of(self.reply) > 2 * self.output_tokens

    @property
    def reserved(self) -> int:
        return self.estimated_input + self.output_tokens

    @property
    def counts(self) -> tuple[int, int]:
        """Tokens in and out: as the model counted them, else as they are estimated here."""
        if not self.messages:
            return (0, 0)
        return (self.counted[0] or self.estimated_input, self.counted[1] or tokens_of(self.reply))

    @property
    def all_counts(self) -> tuple[int, int]:
        """With those spent on the wording of the question."""
        before, own = self.draft.tokens, (0, 0) if self.cached else self.counts
        return (before[0] + own[0], before[1] + own[1])

    @property
    def used(self) -> int:
        return sum(self.counts)

    def take(self, token: Token) -> Answer | None:
        """The answer, grown by a token; None when nothing new is to be seen."""
        self.counted = (max(self.counted[0], token.input_tokens), max(self.counted[1], token.output_tokens))
        self.finish_reason = token.finish or self.finish_reason
        if not token.text:
            return None
        if self.first_token_s is None:
            self.first_token_s = time.perf_counter() - self.began
        self.reply += token.text
        return self.composition.feed(token.text)

    def finish(self) -> Answer:
        """The whole answer. What stands is kept when the model failed on the way, and the draft follows it."""
        cut = bool(self.failed) or self.overlong or self.finish_reason in ("length", "max_tokens")
        whole = self.composition.finish(cut=cut)
        self.failed = self.failed or self._complaint()
        return self.composition.completed() if self.failed else whole

    def _complaint(self) -> str:
        """What is wrong with a reply that came through."""
        if self.finish_reason in ("content_filter", "refusal", "safety", "SAFETY"):
            return "it refused to answer"
        if not self.reply.strip():
            return "its reply is empty"
        if prompt.NO_ANSWER in self.reply:
            return "it finds no answer in the passages"
        if not self.composition.stands:
            return "nothing it wrote stands in the passages"
        return ""


def _key(name: str, language: str, request: str) -> str:
    return hashlib.sha256("\0".join((name, prompt.VERSION, language, request)).encode()).hexdigest()


def _timings(work: _Work) -> dict[str, float]:
    took = 1000 * (time.perf_counter() - work.began)
    timings = dict(work.draft.answer.timings_ms) | {"model": round(took, 3)}
    if work.first_token_s is not None and not work.cached:
        timings["first_token"] = round(1000 * work.first_token_s, 3)
    return timings | {"total": round(timings.get("total", 0.0) + took, 3)}
