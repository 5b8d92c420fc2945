"""Thumbs up and down, kept with what was asked so that a 👎 can become an evaluation question."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rag import Answer
from ui.storage.service_store import ServiceStore
from ui.storage.statements import Value


@dataclass(frozen=True, slots=True)
class Feedback:
    answer_id: str
    rating: str
    reason: str = ""
    comment: str = ""
    question: str = ""
    answer: str = ""
    way: str = "api"
    created: float = 0.0
    id: int = 0


class FeedbackBook:
    def __init__(self, store: ServiceStore) -> None:
        self._store = store

    def add(self, entry: Feedback) -> int:
        """Keep it; its number."""
        rows = self._store.rows(
            "INSERT INTO feedback (created, way, answer_id, rating, reason, comment, question, answer)"
            " VALUES (:created, :way, :answer_id, :rating, :reason, :comment, :question, :answer) RETURNING id",
            created=entry.created or time.time(),
            way=entry.way,
            answer_id=entry.answer_id,
            rating=entry.rating,
            reason=entry.reason,
            comment=entry.comment,
            question=entry.question,
            answer=entry.answer,
        )
        return int(rows[0][0] or 0)

    def record(self, answer: Answer, *, helpful: bool, reasons: Sequence[str], comment: str) -> None:
        """What the chat page calls."""
        rating = "up" if helpful else "down"
        self.add(Feedback(answer.id, rating, ",".join(reasons), comment, answer.question, answer.text, way="page"))

    def all(self) -> list[Feedback]:
        """Oldest first."""
        rows = self._store.rows(
            "SELECT answer_id, rating, reason, comment, question, answer, way, created, id FROM feedback ORDER BY id"
        )
        return [_entry(row) for row in rows]


def _entry(row: Sequence[Value]) -> Feedback:
    answer_id, rating, reason, comment, question, answer, way = (str(value) for value in row[:7])
    return Feedback(
        answer_id, rating, reason, comment, question, answer, way, created=float(row[7] or 0), id=int(row[8] or 0)
    )
