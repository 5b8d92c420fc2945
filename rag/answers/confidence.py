"""How sure it is that the documents hold the answer: a calibrated chance, and where to fall silent."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from embeddings.romanising import romanise
from rag.answers import sentencewise, wanted
from rag.answers.choosing import aspect_of, lacks
from rag.answers.network import Words, chance_of, fitted_network
from rag.questions.lacking import lacking
from rag.questions.naming import nothing_named
from rag.questions.premise import refuted, sets_a_task
from rag.questions.question import OTHER, Kind
from rag.questions.quoting import defines, quoted, unheard
from rag.questions.scope import contradicted, of_another_part
from rag.search.asking import Asking
from rag.text import places
from rag.text.english_names import holds_place, missing_names, places_named
from rag.text.facts import years_told
from rag.types import Hit

if TYPE_CHECKING:
    from rag.answers.finding import Candidate

TABLE = 0.5
"""How sure it is that a table answers which has most of what a column of it measures."""
DEFINED = 0.5
"""How sure it is that a sentence answers which defines the very thing that is quoted."""
UNNAMED = 0.6
"""What is left of a chance where what an English question counts has no word in the Chinese sentence that is known for
it: of our own questions none of 163 right answers was such, and 23 of what was found for 166 that nothing answers."""
NEIGHBOUR = 0.5
"""The same where next to what asks there is a word whose neighbour the sentence tells of: of our own questions that
declines 10 of the 11 such that nothing answers and that were answered, and 1 of 7 right answers."""
ANY, FEW = "confidence", "confidence_few"
"""The files of weights: of any body, and of a handful of paragraphs in the question's language, where both count."""

_AGAINST = re.compile(r"[比较同]\D{0,4}(?:19|20)\d\d|(?:19|20)\d\d年?(?:[^,;。]{0,12}相比|同期|以来|起|后)")
_ASIDE = re.compile(
    r"(?:计划|预计|力争|确保|争取|排到|推迟[到至]|[到至]|将[在于]?)(?:19|20)\d\d年?|(?:19|20)\d\d年(?:同期)?[为是](?=[约近]?\d)|"
    r"\((?:19|20)\d\d: ?|\b(?:by|until|to be \w+ in(?: \w+)?) (?:19|20)\d\d\b"
)
"""A year of what is planned, or that a figure is held against."""
TOLD = (
    "figure", "unit_missing", "head_beside", "beside", "exact", "person", "place", "means", "reason", "manner", "each",
    "sort",
)  # fmt: skip
"""What the kind of question wants of a sentence (`choosing.kind_evidence`) that also tells whether it answers."""


def features(asking: Asking, hits: Sequence[Hit], candidates: "Sequence[Candidate]") -> Mapping[str, float]:
    """Of a question and the best that was found for it."""
    best = candidates[0]
    hit = next(h for h in hits if h.paragraph.id == best.passage.paragraph.id)
    own = best.features
    across = "across:words" in own
    name = "across" if across else asking.question.kind
    evidence = [value for key, value in own.items() if key in (f"{name}:figure", f"{name}:date", f"{name}:unit")]
    has = {f"has:{key}": own.get(f"{name}:{key}", 0.0) for key in TOLD}
    asked = asking.asked
    if across:
        missing = [group.weight * (1 - group.credit(best.near)) for group in asked.groups]
        unseen = [group.weight for group in asked.groups if group.unseen]
        heads = [group.unseen for group in asked.groups if group.head]
    else:
        near = wanted.told_by(asking, best.near, best.passage.told[best.index].folded)
        missing = [place.weight * (1 - place.credit(near)) for place in asked.places]
        unseen = [asked.words[term] for term in asked.unseen]
        heads = [term in asked.unseen for term in asked.head if term in asked.words]
    runner_up = candidates[1].score if len(candidates) > 1 else best.score - 3
    rows = {
        "score": best.score,
        "margin": min(best.score - runner_up, 3.0),
        "evidence": max(evidence, default=0.0),
        "missing_rarity": max(missing, default=0.0) / 10,
        "missing_mass": sum(missing) / 20,
        "unseen_rarity": max(unseen, default=0.0) / 10,
        "elsewhere_mass": (sum(missing) - sum(unseen)) / 20,
        "head": own.get("head", own.get("across:head", 0.0)),
        "head_unseen": float(bool(heads) and all(heads)),
        "asks_unit": float(bool(asking.question.unit)),
        "year_found": max((h.features.get("year", h.features.get("across:year", 0.0)) for h in hits[:8]), default=0.0),
        "foreign": float(bool(asking.foreign)),
        "english": float(asking.question.language == "en"),
        "across": float(across),
        "few": float(asking.few),
        "similarity": own.get("similarity", own.get("across:similarity", 0.0)),
        "dense": hit.features.get("dense", hit.features.get("across:dense", 0.0)),
        "subject": hit.features.get("subject", hit.features.get("across:subject", 0.0)),
        "year": own.get("year", own.get("across:year", 0.0)),
        "aspect": own.get("aspect", own.get("across:aspect", 0.0)),
        "words_near": own.get("words_near", own.get("across:words", 0.0)),
        "passage_words": hit.features.get("words", hit.features.get("across:words", 0.0)),
        "passage_bigrams": hit.features.get("bigrams", 0.0),
        "passage_missing": hit.features.get("rarest_missing", hit.features.get("across:rarest_missing", 0.0)),
        "words": own.get("words", own.get("across:held", 0.0)),
        "rarest_missing_near": own.get("rarest_missing_near", own.get("across:rarest_missing", 0.0)),
        "quotes": float(bool(quoted(asking.question))),
        "quoted": hit.features.get("quoted", hit.features.get("across:quoted", 0.0)),
    }
    same = ("words_above", "bigrams_near", "rarest_missing")
    span, before = best.passage.spans[best.index], best.passage.spans[max(best.index - 1, 0)]
    around = " ".join((best.passage.title.folded, best.passage.section.folded, before.text.folded))
    rows |= wanted.features(asking, span.text, around, across=across)
    if asking.question.language == "zh" and not across:
        rows["thing_unheard"] = float(wanted.thing_unheard(asking, f"{around} {best.passage.text.folded}"))
        rows |= wanted.contrasts(asking, span.text.folded, around)
    if asking.question.language == "en" and not across:
        rows["names_missing"] = float(len(missing_names(asking.question.text, f"{around} {span.text.folded}")))
    return rows | has | {name: own.get(name, 0.0) for name in same} | {f"kind:{asking.question.kind}": 1.0}


def ruled_out(
    asking: Asking, hits: Sequence[Hit], candidates: "Sequence[Candidate]", named: Mapping[str, float]
) -> bool:
    """Whether no score can make this an answer: the question says nothing in a language we read, or sets a task; or
    nothing of it is near but whom it is about; or it is about a place that the passage does not name, or about a year
    when the sentence speaks of another; or what it names beside the topic of the question before stands nowhere; or it
    wants a sum, a size or a day, and the best sentence has none; or it takes for granted what the sentence knows
    nothing of (`premise`), or asks for another extent than is told (`scope`); or it wants somebody of an office, a
    company, a road, and none is named; or it quotes a name that nothing found holds, or is about a place in English
    that the passage does not have, or about whom a document is titled by, and is told of another.
    """
    if not asking.asked.vocabulary or asking.question.language == OTHER or sets_a_task(asking.question):
        return True
    if named["year"] == -1.0 and asking.question.says_when and not _years_aside(asking, candidates[0]):
        return True
    if not named["across"] and not _beyond_subjects(asking, candidates[0]):
        return True
    if asking.beside and all(word in asking.asked.unseen for word in asking.asked.words if word in asking.beside):
        return True
    if lacks(asking.question, candidates[0].features) or refutes(asking, candidates[0]):
        return True
    if unheard(asking.question, (f"{' '.join(hit.paragraph.section)} {hit.paragraph.text}" for hit in hits)):
        return True
    if asking.question.language == "en" and _elsewhere(asking, candidates[0]):
        return True
    if _of_another(asking, candidates[0]) or _of_other_years(asking, candidates[0]):
        return True
    passage = candidates[0].passage
    text = f"{passage.section.folded} {passage.text.folded}"
    return bool(asking.foreign) and not any(places.stands(place, text) for place in asking.foreign)


def _elsewhere(asking: Asking, best: "Candidate") -> bool:
    """Whether an English question is about a place, or anything with a Chinese name, that the passage does not have."""
    known = {romanise(subject.name) for subject in asking.subjects}
    names = [name for name in places_named(asking.question.text) if name not in known]
    passage = best.passage
    text = " ".join((passage.title.folded, passage.section.folded, passage.text.folded)) if names else ""
    return not all(holds_place(text, name) for name in names)


def _of_other_years(asking: Asking, best: "Candidate") -> bool:
    """Whether a figure is asked for and the sentence tells it of another year alone, wherever it stands, and holds
    nothing against that year."""
    question, span = asking.question, best.passage.spans[best.index]
    if question.kind not in (Kind.NUMERIC, Kind.DATE) or not question.says_when or not question.years or not span.years:
        return False
    if span.years & question.years or _AGAINST.search(span.text.folded):
        return False
    return not _years_aside(asking, best)


def _years_aside(asking: Asking, best: "Candidate") -> bool:
    """Whether a sentence stands under the year that is asked about, and names others only in clauses of what is planned
    or was before, beside one with a figure: 累计完成6120件,计划2026年全部完成."""
    own = best.passage.years or best.passage.title_years
    span = best.passage.spans[best.index]
    clauses = re.split("[,;。]", span.text.folded)
    rest = ",".join(clause for clause in clauses if not _ASIDE.search(clause))
    if not span.years or years_told(rest):
        return False
    return bool(own & asking.question.years) and re.search(r"\d", rest) is not None


def _of_another(asking: Asking, best: "Candidate") -> bool:
    """Whether documents have a name in Latin letters in their title that is asked about, and the passage is in none of
    them and does not name it."""
    named = [subject for subject in asking.subjects if subject.name[0] < "㐀"]
    paragraph, text = best.passage.paragraph, best.passage.text.folded
    return bool(named) and not any(paragraph.document_id in s.documents or s.name in text for s in named)


def refutes(asking: Asking, best: "Candidate") -> bool:
    """Whether a sentence, with what stands beside it, is no answer by the rules of `premise`, `scope`, `lacking` and
    `wanted`, or names nothing where that is asked for."""
    spans, index = best.passage.spans, best.index
    beside = [span.text.folded for span in (*spans[max(index - 1, 0) : index], *spans[index + 1 :][:1])]
    sentence = best.passage.told[index]
    above = [best.passage.title.folded, best.passage.section.folded]
    around = " ".join([*above, *beside, sentence.folded])
    rest = " ".join(span.text.folded for span in spans[index + 1 :])
    across = best.passage.language != asking.question.language
    return (
        of_another_part(asking.question, around, best.passage.text.folded)
        or nothing_named(asking.question, around)
        or contradicted(asking.question, sentence, around, rest)
        or wanted.told_without_figure(asking, sentence)
        or wanted.told_as_share(asking, sentence)
        or wanted.counts_another(asking, sentence, f"{around} {best.passage.text.folded}")
        or (best.passage.language == "zh" and lacking(asking.question, sentence.folded))
        or (not across and wanted.neighbour_in_place(asking, sentence.folded, around))
        or wanted.abbreviation_missing(asking, f"{around} {best.passage.text.folded}")
        or (best.passage.language == "zh" and wanted.suffered_nothing(asking, around))
        or (best.passage.language == "zh" and wanted.deed_missing(asking, around))
        or (asking.question.language == "en" and wanted.unmeasured(asking, around, across=across))
        or wanted.code_missing(asking, f"{around} {best.passage.text.folded}")
        or (across and wanted.uncounted(asking, sentence))
        or refuted(asking.question, sentence.folded, beside, aspect=aspect_of(spans[index], best.passage))
    )


def _beyond_subjects(asking: Asking, candidate: "Candidate") -> bool:
    """Whether anything of the question stands near the sentence but the names of whom it is about and their years."""
    named = " ".join([*(s.name + s.suffix for s in asking.subjects), *map(str, asking.question.years)])
    return any(term not in named for term in candidate.near)


def of(asking: Asking, hits: Sequence[Hit], candidates: "Sequence[Candidate]") -> float:
    """0 to 1; 0 when nothing was found, or what was found is ruled out."""
    if not candidates:
        return 0.0
    named = features(asking, hits, candidates)
    if ruled_out(asking, hits, candidates, named):
        return 0.0
    best = candidates[0].passage
    chance = _chance(asking, named, candidates)
    if defines(asking.question, best.spans[candidates[0].index].text.folded, best.text.folded):
        return max(DEFINED, chance)
    missing = bool(named["across"]) and wanted.things_missing(asking, candidates[0].near)
    beside = named.get("contrast_asked", 0.0) == 1.0
    return chance * (UNNAMED if missing else NEIGHBOUR if beside else 1.0)


def of_table(asking: Asking, hits: Sequence[Hit], candidates: "Sequence[Candidate]") -> float:
    """Of rows that were found by comparing a table, several of whose rows search found: that of the best sentence in
    it, at least TABLE; 0 where that is ruled out by its year, its subject or a name."""
    named = features(asking, hits, candidates)
    out = named["year"] == -1.0 or not asking.asked.vocabulary or not _beyond_subjects(asking, candidates[0])
    return 0.0 if out else max(TABLE, _chance(asking, named, candidates))


def threshold(asking: Asking) -> float:
    """Below it the answer abstains: that of the question's language, or of few paragraphs; chosen on rows that the
    networks were not fitted on, stored with the risk-coverage curve."""
    thresholds: Mapping[str, float] = fitted_network(ANY).about["thresholds"]
    return thresholds.get("few" if asking.few else asking.question.language, 1.0)


def read(asking: Asking, candidates: "Sequence[Candidate]") -> Words:
    """The tables of words that the networks read of the best: of the question's, and of the sentence's."""
    return candidates[0].words, sentencewise.of(asking, candidates)


def _chance(asking: Asking, named: Mapping[str, float], candidates: "Sequence[Candidate]") -> float:
    few = asking.few and not named["across"]  # none of few paragraphs in the other language were to learn from
    networks = map(fitted_network, (ANY, FEW) if few else (ANY,))
    return chance_of(*networks, features=named, words=read(asking, candidates))
