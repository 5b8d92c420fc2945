"""The words worth a row of their own, and how names sound."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.features import BIGRAM, HAN, LONGER, NUMBER, WORD, hash_pieces
from embeddings.folding import fold
from embeddings.syllables import SYLLABLES, syllables
from embeddings.terms import jieba_dictionary
from embeddings.training.prepare import Hashed, Vocabulary
from embeddings.training.sources import Entry

_NAME = re.compile(r"[一-鿿]{2,4}")
_PLACE_ENDINGS = {
    "区": "district", "县": "county", "市": "city", "省": "province", "镇": "town", "路": "road", "山": "mount",
    "江": "river", "河": "river", "湖": "lake", "岛": "island", "村": "village", "港": "port",
}  # fmt: skip

# A feature must be in so many texts; the first figure is for words of a dictionary, the second for the others.
_LEAST = {HAN: (3, 3), BIGRAM: (8, 250), LONGER: (8, 10), WORD: (3, 6), NUMBER: (20, 20)}


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Chinese and as an English text would write it; `listed` when our dictionary has it."""

    chinese: str
    english: str
    listed: bool = True


def dictionary_words(entries: Sequence[Entry]) -> list[str]:
    """Every word of jieba's dictionary and of ours, folded."""
    words = [word for word, _ in jieba_dictionary()]
    return list({fold(word) for word in [*words, *(entry.chinese for entry in entries)]})


def names(entries: Sequence[Entry]) -> list[Name]:
    """Names of places and persons with their pinyin, and single characters with their syllable.

    Readings are those of the dictionary; a name it does not have is read character by character.
    """
    readings = {entry.chinese: entry.pinyin[0].lower() for entry in entries if entry.pinyin}
    found = [Name(c, reading) for c, reading in readings.items() if len(c) == 1 and reading in SYLLABLES]
    proper = {entry.chinese for entry in entries if entry.pinyin and entry.pinyin[0][:1].isupper()}
    tagged = {word: tag for word, tag in jieba_dictionary() if tag in ("ns", "nr")}
    for word in sorted(proper | set(tagged)):
        sounds = [readings.get(character, "") for character in word]
        if not _NAME.fullmatch(word) or not all(sound in SYLLABLES for sound in sounds):
            continue
        if tagged.get(word) == "nr" and len(word) == 3:
            english = f"{sounds[0]} {sounds[1]}{sounds[2]}"
        elif len(word) > 2 and word[-1] in _PLACE_ENDINGS:
            english = f"{''.join(sounds[:-1])} {_PLACE_ENDINGS[word[-1]]}"
        else:
            english = "".join(sounds)
        found.append(Name(word, english, word in proper))
    return found


def choose(vocabulary: Vocabulary, words: Sequence[str], glosses: Hashed, english_names: Sequence[str]) -> Vocabulary:
    """The features that get a row, with the weights training starts from.

    A character alone weighs most: there are few of them, and where vectors are short it is what matches best.
    """
    listed = np.union1d(hash_pieces(words), np.unique(glosses.hashes))
    is_listed = np.isin(vocabulary.keys, listed)
    least = np.array([_LEAST.get(kind, (1, 1)) for kind in range(6)])[vocabulary.kinds]
    keep = vocabulary.frequencies >= np.where(is_listed, least[:, 0], least[:, 1])
    weights = vocabulary.weights.copy()
    weights[vocabulary.kinds == HAN] *= 1.5
    weights[(vocabulary.kinds == BIGRAM) & ~is_listed] *= 0.6

    heads = {name.split()[0] for name in english_names}
    extra = np.setdiff1d(hash_pieces(SYLLABLES | heads), vocabulary.keys[keep])
    keys = np.concatenate((vocabulary.keys[keep], extra))
    order = np.argsort(keys)
    rare = np.float32(weights[keep].max(initial=1.0))
    return Vocabulary(
        keys[order],
        np.concatenate((vocabulary.kinds[keep], np.full(len(extra), WORD, dtype=np.uint8)))[order],
        np.concatenate((weights[keep], np.full(len(extra), rare)))[order].astype(np.float32),
        np.concatenate((vocabulary.frequencies[keep], np.ones(len(extra), dtype=np.int64)))[order],
    )


def spelled(english: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Names with the words the vocabulary lacks taken apart into syllables."""
    words = {word for name in english for word in name.split()}
    hashes = dict(zip(words, hash_pieces(words).tolist(), strict=True))
    keys = set(vocabulary.keys.tolist())
    apart = {word: word if hashes[word] in keys else " ".join(syllables(word)) or word for word in words}
    return [" ".join(apart[word] for word in name.split()) for name in english]
