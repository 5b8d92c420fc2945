"""Chinese or English, by what was typed and the locale."""

import os
import re
from collections.abc import Mapping
from enum import StrEnum

from rag import errors
from ui.reasons import chinese_kind

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]{2}")


class Language(StrEnum):
    ZH = "zh"
    EN = "en"

    def pick(self, chinese: str, english: str) -> str:
        return chinese if self is Language.ZH else english


def language_of(text: str = "", *, environment: Mapping[str, str] = os.environ) -> Language:
    """The language `text` is written in; where it shows none, the one of the locale; else English."""
    if _HAN.search(text):
        return Language.ZH
    if _LATIN.search(text):
        return Language.EN
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return Language.ZH if value.lower().startswith("zh") else Language.EN
    return Language.EN


def error_message(error: errors.YoujuError, language: Language) -> str:
    """What to show the person who caused `error`: what was got, what was expected, what to do."""
    said = str(error)
    if language is Language.EN or _HAN.search(said):
        return said
    return f"{chinese_kind(error)}\n  （{said}）"
