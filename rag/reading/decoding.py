"""Bytes to text: one encoding for the whole file, no byte dropped."""

import codecs
import re
from functools import cache

from rag.errors import DamagedFile, EmptyDocument

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark starts with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
)
# The most frequent characters of Chinese in both scripts, its punctuation, and what cp1252 adds to English.
# A wrong encoding turns text into rare characters, so their share tells the right one.
_CHINESE = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
    "那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想"
    "已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"
    "几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶思术极交受联什认六共权收"
    "证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报完类八离华名确才科张信节话整空元况今集传土许步"
    "群广石记需段研界林律究观越织装市府街镇村县省委局推动完善服务创新企业增长项目落实健康环境保障深入持续"
    "這個國會為來時們說發對經過學還後實現開關點問題無業長門東車區體與總從進動種當機電話見應將間聞報計設議論認識"
    "讓變組織級統線網結給絕續縣維義習聯聽職臺臨舉號處蘇術衛視覺觀訊許請調證護讀質費資賽贊車轉較辦農適選還邊鄉醫釋"
    ",。、;:?!“”‘’()《》〈〉【】「」『』—…·%〇①②③④⑤⑥⑦⑧⑨⑩"
)
_WESTERN = frozenset("‘’“”–—…•£€©®°éèêëàâäáãåæçïîíñóôöòøúûüùßÉÀÂÇÖÜÄ\xa0½¼²³·×§")
_SAMPLE = 1 << 16
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, *, name: str, hint: str | None = None) -> str:
    """The text of `data`, line ends as "\\n". `hint` is an encoding the file itself claims, believed if it fits.

    A few bytes that fit no encoding are kept visible as "\\xNN". Raises EmptyDocument when there is nothing but
    white space, DamagedFile when it is not text.
    """
    if not data.strip(b"\x00 \t\r\n\x0b\x0c\xef\xbb\xbf\xff\xfe"):
        raise EmptyDocument(f"{name} is empty: there is nothing to read in it.")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise DamagedFile(f"{name} is {kind}, not text. Give it its right suffix, or export it as text.")
    text = _strict(data, name, hint)
    if not text.strip("\ufeff\u200b \t\r\n\f\xa0\u3000"):
        raise EmptyDocument(f"{name} is empty: there is nothing but white space in it.")
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff") if "\r" in text else text


def _strict(data: bytes, name: str, hint: str | None) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _visible(data, encoding)
    if not _CONTROL.search(data[:_SAMPLE]):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    candidates = ["gb18030", "big5hkscs", "utf-16-le", "utf-16-be", "cp1252"]
    if hint is not None and _known(hint):
        candidates.insert(0, hint)
    ranked = sorted(((_plausible(data, encoding), -i, encoding) for i, encoding in enumerate(candidates)), reverse=True)
    if hint is not None and ranked and ranked[0][0] < 0.3 and _plausible(data, hint) > 0:
        return _visible(data, hint)
    utf8 = _plausible(data, "utf-8")
    if ranked[0][0] < 0.3 and utf8 < 0.3:
        raise DamagedFile(
            f"{name} is not text: it fits none of UTF-8, GB18030, Big5 and UTF-16. "
            "Expected a text file; check that it is not a program, an image or cut off, or save it as UTF-8."
        )
    return _visible(data, "utf-8" if utf8 >= ranked[0][0] else ranked[0][2])


def _known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _visible(data: bytes, encoding: str) -> str:
    return data.decode(encoding, errors="backslashreplace")


def _plausible(data: bytes, encoding: str) -> float:
    """Share, 0 to 1, of the characters that are common ones when a sample is read in this encoding.

    Only what is beyond ASCII counts where there is enough of it; each undecodable byte weighs like ten characters.
    """
    if encoding.startswith("utf-16") and len(data) % 2:
        return 0.0
    sample = data[:_SAMPLE]
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample, final=len(data) <= _SAMPLE)
    control = sum(1 for c in text if (c < " " and c not in "\t\n\r\f\x1b") or c == "\x7f")
    if not text or control > len(text) / 50:
        return 0.0
    foreign = [c for c in text if c > "\x7f"]
    if not foreign:
        return 1.0 if encoding != "cp1252" else 0.99
    common = _WESTERN if encoding == "cp1252" else _CHINESE
    good = float(sum(1 for c in foreign if c in common))
    if encoding != "cp1252":  # a list of names has few of the most frequent characters, but all of the usual ones
        good += 0.35 * sum(1 for c in foreign if c not in common and c in _usual_hanzi())
    score = good / (len(foreign) + 10 * text.count("\ufffd"))
    if encoding == "cp1252" and len(foreign) > len(text) / 5:
        return 0.0  # English with a few accents, not bytes of another script that happen to be letters
    return score


@cache
def _usual_hanzi() -> frozenset[str]:
    """The 3,755 characters of GB 2312's first level."""
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return frozenset("".join(pair.decode("gb2312", errors="ignore") for pair in rows))
