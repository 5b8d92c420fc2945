"""Named features of a passage for a question, and the fitted sum that orders passages by them."""

from collections.abc import Mapping

from rag.asking import Asking
from rag.passages import Passage
from rag.question import Aspect


def features(asking: Asking, passage: Passage, *, lexical: float, dense: float) -> Mapping[str, float]:
    """Of one passage. `lexical` is its BM25 over the best passage's, 0 to 1; `dense` its cosine.

    Coverages are shares of the question's weight, 0 to 1; agreements are 1, 0 (nothing to compare) or -1. A passage in
    another language has features of its own ("across:…"): few of the question's terms can stand in it.
    """
    asked = asking.asked
    sight = asking.sight(passage)
    title, section, text = sight.title, sight.section, sight.text
    whole = text | sight.above
    if passage.language != asking.question.language:
        return {
            "across": 1.0,
            "across:lexical": lexical,
            "across:dense": dense,
            "across:words": asked.group_coverage(whole),
            "across:text_words": asked.group_coverage(text),
            "across:sentence": max((asked.group_coverage(held) for held in sight.spans), default=0.0),
            "across:rarest_missing": asked.group_missing(whole),
            "across:subject": subject_agreement(asking, passage),
            "across:year": year_agreement(asking.question.years, passage),
            "across:aspect": aspect_agreement(asking.question.aspect, passage.aspect),
        }
    sentence = max((asked.bigram_coverage(held) for held in sight.spans), default=0.0)
    return {
        "lexical": lexical,
        "dense": dense,
        "words": asked.word_coverage(whole),
        "bigrams": asked.bigram_coverage(whole),
        "text_words": asked.word_coverage(text),
        "text_bigrams": asked.bigram_coverage(text),
        "sentence": sentence,
        "rarest_missing": asked.rarest_missing(whole),
        "title": asked.word_coverage(title),
        "section": asked.word_coverage(section),
        "subject": subject_agreement(asking, passage),
        "year": year_agreement(asking.question.years, passage),
        "aspect": aspect_agreement(asking.question.aspect, passage.aspect),
    }


def subject_agreement(asking: Asking, passage: Passage) -> float:
    """1 for a document of the subjects named, -1 for another's, 0 when none is named."""
    if asking.documents is None:
        return 0.0
    return 1.0 if passage.paragraph.document_id in asking.documents else -1.0


def year_agreement(asked: frozenset[int], passage: Passage) -> float:
    """1 when the heading above, else a sentence, gives a year asked for; half when the title does; -1 for another."""
    if not asked:
        return 0.0
    if passage.years & asked or any(span.years & asked for span in passage.spans):
        return 1.0
    if passage.years:
        return -1.0
    if passage.title_years:
        return 0.5 if passage.title_years & asked else -0.5
    return 0.0


def aspect_agreement(asked: Aspect | None, given: Aspect | None) -> float:
    """1 when what was done (or is planned) is both asked for and told, -1 for the other, 0 when either is open."""
    if asked is None or given is None:
        return 0.0
    return 1.0 if asked is given else -1.0
