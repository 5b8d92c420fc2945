"""What happens when someone asks, asks again, stops, comes back, or says what an answer was worth."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol

import gradio as gr

from rag.errors import YoujuError
from rag.types import Answer
from ui.knowledge import Knowledge
from ui.messages import Language, message
from ui.page.answers import REASONS, render_turn
from ui.page.filters import Filters
from ui.page.language import language
from ui.page.turns import Turn, Turns, from_stored, history
from ui.page.underway import Asking, Underway
from ui.page.waiting import announced
from ui.reasons import error_words

BATCH_S = 0.1  # the page is redrawn at most this often while an answer grows
AT_ONCE_S = 0.08  # an answer that begins within it needs no word that it is being looked for
ASKED_AT_ONCE = 40
LEAVE_S = 2.0  # an answer that is left draws no more after far less
MAX_TURNS = 200  # of a conversation taken back from the browser
MAX_COMMENT = 500  # characters


class FeedbackSink(Protocol):
    """Where 👍 and 👎 go. `reasons` are of `REASONS`; `comment` is the reader's own words, perhaps empty."""

    def record(self, answer: Answer, *, helpful: bool, reasons: Sequence[str], comment: str) -> None: ...


class ChatHandlers:
    """The handlers of the chat. Those that draw give [log, live turn, question box, turns]."""

    def __init__(self, kb: Knowledge, feedback: FeedbackSink | None) -> None:
        self._kb = kb
        self._feedback = feedback
        self._pool = ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="youju-page")
        self._underway = Underway()

    def ask(
        self, question: str | None, turns: Turns, documents: Any, issuers: Any, years: Any, request: gr.Request
    ) -> Iterator[list[Any]]:
        if question and question.strip():
            only = Filters.of(documents, issuers, years).ids(self._kb)
            yield from self._ask(turns, Turn(question.strip(), only=only), request)
        else:
            yield _as_it_is()

    def ask_question(
        self, event: gr.EventData, turns: Turns, documents: Any, issuers: Any, years: Any, request: gr.Request
    ) -> Iterator[list[Any]]:
        """From a link or a suggestion rather than from the box."""
        yield from self.ask(str(_data(event).get("question", "")), turns, documents, issuers, years, request)

    def ask_again(self, event: gr.EventData, turns: Turns, request: gr.Request) -> Iterator[list[Any]]:
        """The same question, or another in its place; what followed it is dropped, since it leant on it.

        `alone` asks it without the turns before, `everywhere` of all documents.
        """
        data = _data(event)
        at = int(data.get("turn", -1))
        if 0 <= at < len(turns):
            other = str(data.get("question") or "").strip()
            only = None if data.get("everywhere") else turns[at].only
            alone = bool(data.get("alone")) or (turns[at].alone and not other)
            yield from self._ask(turns[:at], Turn(other or turns[at].question, only=only, alone=alone), request)
        else:
            yield _as_it_is()

    def open_turns(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        """A conversation that the browser kept, in place of the one on the page and of what is being answered there."""
        self._underway.leave(_session(request), LEAVE_S)
        kept = list(_data(event).get("turns", []))[:MAX_TURNS]
        opened = tuple(turn for turn in (from_stored(row, self._kb) for row in kept) if turn is not None)
        return self._draw(opened, language(request))

    def stop(self, request: gr.Request) -> None:
        self._underway.stop(_session(request))

    def failed(self, turns: Turns, request: gr.Request) -> list[Any]:
        """After an error nobody foresaw; the log has it, the reader is told that it was one."""
        tongue = language(request)
        if turns and turns[-1].state == "running":
            turns = (*turns[:-1], replace(turns[-1], state="failed", error=message(tongue, "failed_unexpected")))
        return self._draw(turns, tongue)

    def give_feedback(self, event: gr.EventData, turns: Turns, request: gr.Request) -> None:
        data = _data(event)
        at = int(data.get("turn", -1))
        answer = turns[at].answer if 0 <= at < len(turns) else None
        if answer is None or self._feedback is None:
            return
        reasons = [str(reason) for reason in data.get("reasons", []) if reason in REASONS]
        comment = str(data.get("more", ""))[:MAX_COMMENT]
        self._feedback.record(answer, helpful=bool(data.get("helpful")), reasons=reasons, comment=comment)
        gr.Info(message(language(request), "feedback_thanks"), duration=3)

    def _ask(self, earlier: Turns, turn: Turn, request: gr.Request) -> Iterator[list[Any]]:
        """Nothing while another question is under way: what was typed stays in the box."""
        session = _session(request)
        with self._underway.begin(session) as asking:
            if not asking:
                yield _as_it_is()
            else:
                for now, drawing in self._answer(earlier, turn, language(request), asking):
                    if now.state != "running":
                        self._underway.end(session, asking)
                    yield drawing

    def _answer(self, earlier: Turns, turn: Turn, tongue: Language, asking: Asking) -> Iterator[tuple[Turn, list[Any]]]:
        """`turn` as it grows, drawn at most every BATCH_S seconds, and at once when it is whole or called off."""
        earlier = self._drawn(earlier, tongue)
        done = "".join(turn.drawn for turn in earlier)

        def draw(now: Turn, *, first: bool = False) -> tuple[Turn, list[Any]]:
            drawn = render_turn(now, len(earlier), library=self._kb, language=tongue)
            if now.state != "running":
                now = replace(now, drawn=drawn)
            return now, [done if first else gr.skip(), drawn, "" if first else gr.skip(), (*earlier, now)]

        if turn.only == ():
            yield draw(replace(turn, state="failed", error=message(tongue, "filter_none")), first=True)
            return
        first, drawn = True, float("-inf")
        try:
            before = () if turn.alone else history(earlier)
            stream = self._kb.stream(turn.question, history=before, only=turn.only)
            for answer in announced(stream, AT_ONCE_S, self._pool, enough=asking.enough):
                turn = replace(turn, answer=answer)
                if time.monotonic() - drawn >= BATCH_S:
                    yield draw(turn, first=first)
                    first, drawn = False, time.monotonic() if answer else drawn
        except YoujuError as error:
            yield draw(replace(turn, state="failed", error=error_words(error, tongue)), first=first)
            return
        if asking.left.is_set():
            return
        yield draw(replace(turn, state="stopped" if asking.enough.done() else "done"), first=first)

    def _draw(self, turns: Turns, tongue: Language) -> list[Any]:
        """A conversation at rest: its last turn stands in the live place, so that it is not redrawn when finished."""
        turns = self._drawn(turns, tongue)
        drawn = [turn.drawn for turn in turns]
        return ["".join(drawn[:-1]), "".join(drawn[-1:]), gr.skip(), turns]

    def _drawn(self, turns: Turns, tongue: Language) -> Turns:
        turns = tuple(replace(turn, state="stopped") if turn.state == "running" else turn for turn in turns)
        return tuple(
            turn if turn.drawn else replace(turn, drawn=render_turn(turn, i, library=self._kb, language=tongue))
            for i, turn in enumerate(turns)
        )


def _as_it_is() -> list[Any]:
    """What draws nothing. A generator that gives nothing at all would empty what it draws."""
    return [gr.skip()] * 4


def _session(request: gr.Request) -> str:
    return request.session_hash or ""


def _data(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}
