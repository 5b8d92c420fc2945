"""The forms of an English word: "cleared" and "clear", "towing" and "tow", "given" and "gave". Rules over spelling, and
a table; what is no word does no harm, for forms are looked for in documents."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

_MEASURES = {
    "heavy": ("weight", "weigh"),
    "tall": ("height",),
    "high": ("height",),
    "wide": ("width",),
    "deep": ("depth",),
    "long": ("length",),
    "far": ("distance",),
    "fast": ("speed",),
    "old": ("age",),
    "big": ("size", "area"),
}
"""What is measured, where a question asks how heavy or how tall."""
_IRREGULAR = """
arise arose arisen/awake awoke awoken/bear bore born borne/beat beaten/become became/begin began begun/bend bent/
bind bound/bite bit bitten/bleed bled/blow blew blown/break broke broken/breed bred/bring brought/build built/
burn burnt/buy bought/catch caught/choose chose chosen/come came/creep crept/deal dealt/dig dug/draw drew drawn/
drink drank drunk/drive drove driven/eat ate eaten/fall fell fallen/feed fed/feel felt/fight fought/find found/
flee fled/fly flew flown/forbid forbade forbidden/forget forgot forgotten/freeze froze frozen/get got gotten/
give gave given/go went gone/grind ground/grow grew grown/hang hung/hear heard/hide hid hidden/hold held/keep kept/
know knew known/lay laid/lead led/learn learnt/leave left/lend lent/lie lay lain/light lit/lose lost/make made/
mean meant/meet met/overcome overcame/oversee oversaw overseen/overtake overtook overtaken/pay paid/prove proven/
rebuild rebuilt/repay repaid/ride rode ridden/ring rang rung/rise rose risen/run ran/say said/see saw seen/
seek sought/sell sold/send sent/shake shook shaken/shine shone/shoot shot/show shown/shrink shrank shrunk/
sing sang sung/sink sank sunk/sit sat/sleep slept/slide slid/speak spoke spoken/spend spent/spin spun/
spring sprang sprung/stand stood/steal stole stolen/stick stuck/strike struck stricken/swear swore sworn/
sweep swept/swim swam swum/swing swung/take took taken/teach taught/tear tore torn/tell told/think thought/
throw threw thrown/undergo underwent undergone/undertake undertook undertaken/understand understood/wake woke woken/
wear wore worn/weave wove woven/win won/withdraw withdrew withdrawn/write wrote written/child children/man men/
woman women/person people/foot feet/tooth teeth/mouse mice/die dying died/
strong strength/hot heat/weigh weight/grow growth/die death/choose choice/lose loss/
fly flight/sell sale/succeed success/fail failure/arrive arrival/bury burial/serve service/born birth/
marry marriage/know knowledge/live life/speak speech/see sight/sit seat/give gift/think thought/
"""
"""Forms that no rule makes, those of a word between slashes."""
_SHORTEST = 3
"""Letters of a word that endings are put to."""


def forms(word: str) -> list[str]:
    """Other forms of a folded word, each once."""
    plain = [word, *_bases(word)]
    bases = [*plain, *_MEASURES.get(word, ()), *(form for base in plain for form in _irregular().get(base, ()))]
    endings = (form for base in bases for form in (base, *_endings(base)))
    return [form for form in dict.fromkeys(endings) if form != word]


def _bases(word: str) -> Iterator[str]:
    for ending in ("ing", "ed", "er"):
        base = word.removesuffix(ending)
        if base == word or len(base) < _SHORTEST:
            continue
        yield base
        yield base + "e"
        if base[-1] == base[-2]:
            yield base[:-1]
        if ending != "ing" and base[-1] == "i":
            yield base[:-1] + "y"


def _endings(base: str) -> Iterator[str]:
    plain = base.removesuffix("e")
    yield plain + "ing"
    yield plain + "ed"
    if base.endswith("y"):
        yield base[:-1] + "ied"
    yield base + base[-1] + "ing"
    yield base + base[-1] + "ed"


@cache
def _irregular() -> Mapping[str, Sequence[str]]:
    """Of each form the others."""
    found: dict[str, list[str]] = {}
    for line in _IRREGULAR.replace("\n", "").split("/"):
        together = line.split()
        for word in together:
            found.setdefault(word, []).extend(other for other in together if other != word)
    return found
