"""Ranked lists against what they should hold, measured by ir-measures (trec_eval's own formulas)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.rows import Row
from evals.text import squash
from rag.types import Paragraph

# Query id -> item id -> relevance or score.
Judgements = Mapping[str, Mapping[str, int]]
Ranking = Mapping[str, Mapping[str, float]]

ROW_MEASURES = ("hit@1", "hit@3", "hit@5", "hit@10", "recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10")
BEIR_MEASURES = ("ndcg@10", "recall@1", "recall@5", "recall@10", "mrr@10")


def _measure(name: str) -> Any:
    from ir_measures import RR, R, Success, nDCG

    kind, _, cutoff = name.partition("@")
    return {"hit": Success, "recall": R, "mrr": RR, "ndcg": nDCG}[kind] @ int(cutoff)


def measure(judgements: Judgements, ranking: Ranking, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Each query's value of each measure, 0 to 1; a judged query without results scores 0.

    Names are hit@k (anything relevant in the first k), recall@k, mrr@k and ndcg@k, gain linear in the relevance.
    Equal scores are ranked by item id, the higher first, as trec_eval does.
    """
    import ir_measures

    measures = {_measure(name): name for name in names}
    values = {query: dict.fromkeys(names, 0.0) for query in judgements}
    for metric in ir_measures.iter_calc(list(measures), judgements, ranking):
        values[metric.query_id][measures[metric.measure]] = metric.value
    return values


# Document id -> paragraph id -> the paragraph's text after `squash`.
SquashedParagraphs = Mapping[str, Mapping[str, str]]


def squash_paragraphs(paragraphs: Iterable[Paragraph]) -> dict[str, dict[str, str]]:
    """Paragraphs by document, ready for `EvidencePieces`."""
    squashed: dict[str, dict[str, str]] = {}
    for paragraph in paragraphs:
        squashed.setdefault(paragraph.document_id, {})[paragraph.id] = squash(paragraph.text)
    return squashed


class EvidencePieces:
    """Which pieces of a row's evidence a paragraph holds.

    Evidence of one and the same paragraphs is one piece, so that a row is not asked twice for what it needs once.
    """

    def __init__(self, row: Row, paragraphs: SquashedParagraphs) -> None:
        holders: dict[frozenset[str], None] = {}
        self.unheld = 0
        for evidence in row.evidence:
            wanted = squash(evidence.text)
            holding = frozenset(name for name, text in paragraphs.get(evidence.doc, {}).items() if wanted in text)
            if holding:
                holders[holding] = None
            else:
                self.unheld += 1
        self._holders = list(holders)

    @property
    def judgements(self) -> dict[str, int]:
        """Every piece is wanted alike; one that no single paragraph holds stays wanted and is never found."""
        names = [f"piece {i}" for i in range(len(self._holders))] + [f"unheld {i}" for i in range(self.unheld)]
        return dict.fromkeys(names, 1)

    def held(self, paragraph_id: str) -> list[str]:
        """Names of the pieces in a paragraph."""
        return [f"piece {i}" for i, holding in enumerate(self._holders) if paragraph_id in holding]

    def ranking(self, paragraph_ids: Iterable[str]) -> dict[str, float]:
        """Paragraphs found, best first, as a ranked list of pieces.

        A piece counts where it is first held; a paragraph with nothing new is a miss.
        """
        found: dict[str, None] = {}
        for rank, paragraph_id in enumerate(paragraph_ids):
            new = [name for name in self.held(paragraph_id) if name not in found]
            found.update(dict.fromkeys(new or [f"miss {rank}"]))
        return {name: -float(position) for position, name in enumerate(found)}
