"""How sure it is that the documents hold the answer: a calibrated chance, and where to fall silent."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rag.asking import Asking
from rag.linear import fitted
from rag.types import Hit

if TYPE_CHECKING:
    from rag.finding import Candidate


def features(asking: Asking, hits: Sequence[Hit], candidates: "Sequence[Candidate]") -> Mapping[str, float]:
    """Of a question and the best that was found for it."""
    best = candidates[0]
    hit = next(h for h in hits if h.paragraph.id == best.passage.paragraph.id)
    kind = asking.question.kind
    evidence = [value for name, value in best.features.items() if name.startswith(f"{kind}:")]
    words = asking.asked.words
    missing = [weight for term, weight in words.items() if term not in best.near]
    runner_up = candidates[1].score if len(candidates) > 1 else best.score - 3
    return {
        "score": best.score,
        "margin": min(best.score - runner_up, 3.0),
        "words": best.features["words"],
        "words_above": best.features["words_above"],
        "words_near": best.features["words_near"],
        "bigrams_near": best.features["bigrams_near"],
        "rarest_missing": best.features["rarest_missing"],
        "rarest_missing_near": best.features["rarest_missing_near"],
        "passage_words": hit.features.get("words", 0.0),
        "passage_bigrams": hit.features.get("bigrams", 0.0),
        "passage_missing": hit.features.get("rarest_missing", 0.0),
        "missing_rarity": max(missing, default=0.0) / 10,
        "missing_mass": sum(missing) / 20,
        "year_found": max((h.features.get("year", 0.0) for h in hits[:8]), default=0.0),
        "dense": hit.features.get("dense", 0.0),
        "evidence": max(evidence, default=0.0),
        "year": best.features["year"],
        "aspect": best.features["aspect"],
        "subject": hit.features.get("subject", 0.0),
        "foreign": float(bool(asking.foreign)),
        "english": float(asking.question.language == "en"),
    }


def of(asking: Asking, hits: Sequence[Hit], candidates: "Sequence[Candidate]") -> float:
    """0 to 1; 0 when nothing was found."""
    if not candidates:
        return 0.0
    return 1 / (1 + math.exp(-float(fitted("confidence").score([features(asking, hits, candidates)])[0])))


def threshold() -> float:
    """Below it an answer abstains; chosen on held-apart rows, stored with the risk-coverage curve."""
    return float(fitted("confidence").about["threshold"])
