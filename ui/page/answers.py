"""Turns of a conversation as HTML. Everything that came from a document or a reader is escaped."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from html import escape

from rag.errors import UnknownDocument
from rag.types import Answer, Citation, Sentence
from ui.knowledge import Library
from ui.marking import circled
from ui.messages import Language, message
from ui.page.passages import cards, passage
from ui.page.turns import Turn, to_stored

_ENDS = tuple("。！？；.!?;")
_LABEL = re.compile(r"[^，。；：,;:\n]{1,24}(?:：|: )\S")  # what a part of an answer is about: "虹口区：…"
_LONG = 60  # characters of a question that is said again
_MARKER = re.compile(r"\[(\d{1,3})\]")
# Drawn, because not every system has a font with emoji.
_THUMB = (
    '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="1.8" stroke-linejoin="round"><path d="M7 11v9H4v-9zM7 11l4-8a2.500 2.500 0 0 1 2.500 2.500V9h5.200'
    'a2 2 0 0 1 2 2.400l-1.400 7a2 2 0 0 1-2 1.600H7"/></svg>'
)
REASONS = ("wrong", "citation", "missing", "stale")


def render_turn(turn: Turn, index: int, *, library: Library, language: Language) -> str:
    """One question with its answer, its actions, and (hidden) the cards that the source panel shows for it."""
    finished = turn.state != "running"
    stored = f' data-stored="{escape(json.dumps(to_stored(turn), ensure_ascii=False))}"' if finished else ""
    asked = escape(message(language, "you_asked"))
    body = (
        f'<section class="yj-turn yj-is-{turn.state}" id="yj-turn-{index}" data-turn="{index}"{stored}>'
        f'<div class="yj-question"><h2 class="yj-unseen">{asked}</h2>'
        f'<p class="yj-asked">{escape(turn.question)}</p>'
        f"{_resolved(turn, language)}{_within(turn, library, language)}</div>"
        f'<div class="yj-answer"><h3 class="yj-unseen">{escape(message(language, "answer"))}</h3>'
    )
    answer = turn.answer
    said = answer is not None and bool(answer.abstained or answer.sentences or answer.text)
    if answer is not None and said:
        body += _abstention(answer, library, language) if answer.abstained else _sentences(answer, finished, language)
    if turn.state == "running" and not said:
        body += f'<p class="yj-wait">{escape(message(language, "looking"))}</p>'
    if turn.state == "stopped":
        body += f'<p class="yj-note">{escape(message(language, "stopped"))}</p>'
    if turn.state == "failed":
        body += f'<p class="yj-failure" role="alert">{escape(message(language, "failed", reason=turn.error))}</p>'
    if finished:
        body += _meta(turn, language) + _actions(turn, language)
    body += "</div>"
    if answer is not None:
        shown = cards(
            answer.citations,
            answer.related if finished else (),
            library=library,
            language=language,
            gone=turn.gone,
            abstained=answer.abstained,
            neighbours=finished,
        )
        body += f'<div class="yj-cards" hidden>{shown}</div>'
    return body + "</section>"


def _resolved(turn: Turn, language: Language) -> str:
    answer = turn.answer
    if answer is None or not answer.resolved_question or answer.resolved_question == turn.question:
        return ""
    said = escape(answer.resolved_question)
    return (
        f'<p class="yj-resolved">{escape(message(language, "resolved"))}<q>{said}</q> '
        f'<button type="button" class="yj-link" data-act="edit" data-text="{said}">'
        f"{escape(message(language, 'edit_resolved'))}</button> "
        f'<button type="button" class="yj-link" data-act="alone">{escape(message(language, "alone"))}</button></p>'
    )


def _within(turn: Turn, library: Library, language: Language) -> str:
    """What the question was narrowed down to: the choice itself is folded away while one reads."""
    if turn.only is None:
        return ""
    said = message(language, "within", count=len(turn.only)) if turn.only else ""
    if len(turn.only) == 1:
        with suppress(UnknownDocument):  # removed since
            said = message(language, "within_one", title=library.document(turn.only[0]).title or turn.only[0])
    return (
        f'<p class="yj-resolved">{escape(said)} <button type="button" class="yj-link" data-act="everywhere">'
        f"{escape(message(language, 'everywhere'))}</button></p>"
    )


def _sentences(answer: Answer, finished: bool, language: Language) -> str:
    by_number = {c.number: c for c in answer.citations}
    sentences = list(answer.sentences or _from_text(answer.text))
    written = ""
    if not finished and sentences and not sentences[-1].verified and not sentences[-1].citations:
        # A model is still at it; what it stands on is found when it ends.
        written = f'<span class="yj-sentence">{escape(_MARKER.sub("", sentences.pop().text))}</span>'
    parts = len(sentences) > 1 and all(_LABEL.match(s.text) for s in sentences if s.citations)
    drawn = "".join(_sentence(s, by_number, language, part=parts) for s in sentences)
    return f'<p class="yj-text">{drawn}{written}</p>'


def _from_text(text: str) -> tuple[Sentence, ...]:
    """What a model has written so far, before it is held to its passages: sentences are not yet told apart."""
    return (Sentence(text, tuple(int(n) for n in _MARKER.findall(text))),) if text else ()


def _sentence(sentence: Sentence, by_number: dict[int, Citation], language: Language, *, part: bool = False) -> str:
    """A sentence with its markers; a `part` begins a line."""
    kind = "yj-sentence yj-part" if part else "yj-sentence"
    text = _MARKER.sub("", sentence.text)
    known = [by_number[n] for n in dict.fromkeys(sentence.citations) if n in by_number]
    figures = [c.quote[c.key[0] - c.start : c.key[1] - c.start] for c in known if c.key]
    markers = "".join(
        f'<button type="button" class="yj-cite" data-cite="{c.number}" '
        f'aria-label="{escape(message(language, "cite", number=c.number, title=c.title))}">{circled(c.number)}</button>'
        for c in known
    )
    if known and text[-1:] in _ENDS:  # a marker does not begin a line
        text, markers = text[:-1], f'<span class="yj-kept">{text[-1:]}{markers}</span>'
    body = _bold(text, figures)
    if sentence.verified:
        return f'<span class="{kind}">{body}{markers}</span>'
    hint, word = escape(message(language, "unverified_hint")), escape(message(language, "unverified"))
    return (
        f'<span class="{kind} yj-doubt">{body}{markers}'
        f'<span class="yj-badge yj-unverified" title="{hint}">{word}</span></span>'
    )


def _bold(text: str, figures: Sequence[str]) -> str:
    """`text` escaped, the first place of each figure bold; a figure inside a longer number is not that figure."""
    spans: list[tuple[int, int]] = []
    for figure in filter(None, figures):
        found = re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d])", text)
        if found and not any(start < found.end() and found.start() < end for start, end in spans):
            spans.append(found.span())
    out, at = [], 0
    for start, end in sorted(spans):
        out.append(f"{escape(text[at:start])}<strong>{escape(text[start:end])}</strong>")
        at = end
    return "".join(out) + escape(text[at:])


def _abstention(answer: Answer, library: Library, language: Language) -> str:
    asked = answer.resolved_question or answer.question
    said = _MARKER.sub("", answer.text)
    if said and asked[: _LONG - 1] not in said and not answer.related and not answer.model:  # a greeting, greeted
        return f'<div class="yj-abstained"><p class="yj-verdict">{escape(said)}</p></div>'
    short = asked if len(asked) <= _LONG else f"{asked[: _LONG - 1]}…"
    before, again, where = said.partition(short)  # the question is said once: what is told after it is where was looked
    looked = message(language, "looked_for", question=short) + (where if again else "")
    body = (
        f'<div class="yj-abstained"><p class="yj-verdict">{escape(message(language, "abstained"))}</p>'
        f'<p class="yj-note">{escape(looked)}</p>'
    )
    if before and not again and said != message(language, "abstained"):
        body += f'<p class="yj-note">{escape(said)}</p>'
    body += "</div>"
    if answer.related:
        rows = "".join(passage(hit, library=library, language=language) for hit in answer.related[:5])
        name = escape(message(language, "nearest"))
        body += f'<details class="yj-nearest"><summary>{name}</summary>{rows}</details>'
    return body


def _meta(turn: Turn, language: Language) -> str:
    answer = turn.answer
    if answer is None or turn.state != "done":
        return ""
    facts = []
    if not answer.abstained and answer.confidence > 0:
        facts.append(message(language, "confidence", percent=round(answer.confidence * 100)))
    if "total" in answer.timings_ms:
        facts.append(message(language, "took", ms=max(1, round(answer.timings_ms["total"]))))
    if answer.model and answer.model.get("name"):
        facts.append(str(answer.model["name"]))
    return f'<p class="yj-meta">{escape(" · ".join(facts))}</p>' if facts else ""


def _actions(turn: Turn, language: Language) -> str:
    def button(act: str, key: str, extra: str = "") -> str:
        name = escape(message(language, key))
        return f'<button type="button" class="yj-link" data-act="{act}"{extra}>{name}</button>'

    buttons = [button("retry", "retry"), button("edit", "edit", f' data-text="{escape(turn.question)}"')]
    if turn.answer is None or turn.state != "done":
        return f'<div class="yj-actions">{"".join(buttons)}</div>'
    buttons = [button("copy", "copy"), button("link", "copy_link"), *buttons]
    for act, extra in (("helpful", ""), ("unhelpful", ' data-down aria-expanded="false"')):
        name = escape(message(language, act))
        buttons.append(
            f'<button type="button" class="yj-link yj-thumb" data-act="{act}" aria-label="{name}" title="{name}"'
            f"{extra}>{_THUMB}</button>"
        )
    return f'<div class="yj-actions">{"".join(buttons)}</div>{_feedback_form(language)}'


def _feedback_form(language: Language) -> str:
    choices = "".join(
        f'<label><input type="checkbox" value="{reason}"> {escape(message(language, f"reason_{reason}"))}</label>'
        for reason in REASONS
    )
    more = escape(message(language, "reason_other"))
    return (
        f'<div class="yj-feedback" role="group" aria-label="{escape(message(language, "feedback_why"))}" hidden>'
        f"<p>{escape(message(language, 'feedback_why'))}</p>{choices}"
        f'<input type="text" class="yj-more" maxlength="500" placeholder="{more}" aria-label="{more}">'
        f'<button type="button" class="yj-button" data-act="send-feedback">'
        f"{escape(message(language, 'feedback_send'))}</button></div>"
    )
