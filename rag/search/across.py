"""A question's words and names as documents in another language have them."""

import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from embeddings.romanising import romanise, spellings, syllables
from rag.index.snapshot import Snapshot
from rag.questions import light
from rag.questions.question import Question
from rag.questions.subjects import Subject
from rag.search.rarity import Counted
from rag.text.english_names import well_known
from rag.text.matching import Group
from rag.text.translating import SURE, lexicon

_YEAR = re.compile(r"(?:19|20)\d\d")
_CAPITALISED = re.compile(r"\b(?=[A-Za-z']{4})[A-Z][a-z]+(?:'[a-z]{2,})?\b")
SPELLINGS = 2
"""Ways to write a name in Chinese characters that are taken from the documents, commonest first."""

LONGEST_PHRASE = 4
"""Words of a phrase looked up as one."""


def names_across(
    question: Question, own: Sequence[str], subjects: Sequence[Subject], snapshot: Snapshot
) -> Mapping[str, list[str]]:
    """Names of the question as the documents spell them in the other script: 杨浦 for "yangpu", "yangpu" for 杨浦."""
    if question.language == "en":
        found = {}
        known = {romanise(subject.name): subject.name for subject in subjects}
        for name in dict.fromkeys(_CAPITALISED.findall(question.text)):
            letters = name.lower().replace("'", "")
            ways = [known[letters]] if letters in known else spellings(letters)
            counts = snapshot.lexical.frequency(ways)
            usual = [ways[i] for i in np.argsort(-counts, kind="stable")[:SPELLINGS].tolist() if counts[i] > 0]
            usual = usual or _chained(letters, snapshot)
            if usual and letters not in known:
                # Whatever else here may be read like it: 新疆, and not 新江 of 新江湾.
                usual = [way for way in well_known(letters) if romanise(way) == letters] or usual
            if usual:
                found[name.lower()] = usual
        return found
    chinese = [word for word in dict.fromkeys(own) if 2 <= len(word) <= 4 and word[0] >= "㐀"]
    ways = [romanise(word) for word in chinese]
    held = snapshot.lexical.frequency(ways)
    return {word: [way] for word, way, count in zip(chinese, ways, held, strict=True) if count > 0}


def _chained(letters: str, snapshot: Snapshot) -> list[str]:
    """A name of three or four syllables as its pairs of characters stand in the documents: 陆家 and 家浜 for
    "lujiabang"."""
    found: dict[str, int] = {}
    for sets in syllables(letters):
        names = dict.fromkeys(sets[0], sys.maxsize) if len(sets) in (3, 4) else {}
        for following in sets[1:]:
            pairs = [last + other for last in {name[-1] for name in names} for other in following]
            counts = dict(zip(pairs, snapshot.lexical.frequency(pairs).tolist(), strict=True)) if pairs else {}
            names = {
                name + other: min(number, counts[name[-1] + other])
                for name, number in names.items()
                for other in following
                if counts[name[-1] + other]
            }
        found |= names
    return sorted(found, key=lambda name: -found[name])[:SPELLINGS]


def places_across(
    own: Sequence[str], names: Mapping[str, list[str]], figures: Mapping[str, list[str]]
) -> Mapping[str, Mapping[str, float]]:
    """Each word with what passages in the other language may have in its place, and how surely that stands for it:
    translations, of the word and of the phrases it stands in; the spellings of a name; itself, where it is a number or
    not translated; a large number as it is written there. Years are left out."""
    asked = [word for word in dict.fromkeys(own) if not _YEAR.fullmatch(word)]
    if not asked:
        return {}
    phrases = [
        asked[start : start + size]
        for size in range(2, LONGEST_PHRASE + 1)
        for start in range(len(asked) - size + 1)
        if asked[start][0] < "㐀"
    ]
    ways = lexicon().translations([*asked, *(" ".join(phrase) for phrase in phrases)])
    places = {word: {} if word in light.ENGLISH else dict(found) for word, found in zip(asked, ways, strict=False)}
    for phrase, found in zip(phrases, ways[len(asked) :], strict=True):
        for word in phrase if not light.ENGLISH.issuperset(phrase) else ():
            places[word] |= {term: max(worth, places[word].get(term, 0.0)) for term, worth in found.items()}
    for name, forms in names.items():
        for word in (name, name[:-1]):
            if word in places:
                places[word] = dict.fromkeys(forms, 1.0)
    for number, ways_written in figures.items():
        if number in places:
            places[number] = dict.fromkeys([number, *ways_written], 1.0)
    for word in asked:
        if not places[word] and word not in light.ENGLISH:
            places[word] = {word: 1.0}
    return places


def groups_across(places: Mapping[str, Mapping[str, float]], counted: Counted, head: frozenset[str]) -> Iterator[Group]:
    """What `places_across` found, weighed. A word is as rare as all that may stand for it together."""
    shares, seen, parts = counted.shares, counted.seen, counted.pieces
    for word, found in places.items():
        if found:
            ways = sorted(found.items(), key=_surest_first)
            surest = ways[0][1]
            credited = {term: worth / surest for term, worth in ways}
            share = min(sum([credit * shares[term] for term, credit in credited.items()]), 1.0)
            unseen = not any(seen[term] for term in found)
            weight = max(-math.log(share), 0.05) * min(surest / SURE, 1.0) ** 0.5
            pieces = {
                piece: credit / len(parts[term])
                for term, credit in reversed(credited.items())
                if term in parts
                for piece in parts[term]
            }
            yield Group(weight, credited, word in head, unseen, pieces, word)


def _surest_first(way: tuple[str, float]) -> float:
    return -way[1]
