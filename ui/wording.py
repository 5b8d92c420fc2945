"""Chinese or English, and the Chinese words for errors whose message the engine gives in English."""

import os
import re
from collections.abc import Mapping
from enum import StrEnum

from rag import errors

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


# The most special first: the first that fits is taken.
_CHINESE: tuple[tuple[type[errors.YoujuError], str], ...] = (
    (errors.UnsupportedFormat, "这种文件还不能读"),
    (errors.EmptyDocument, "文件里没有可读的文字"),
    (errors.DamagedFile, "文件已损坏，或内容与后缀不符"),
    (errors.ReadError, "文件读不了"),
    (errors.StoreNotFound, "这里还没有文档库；先运行 youju index 文件夹"),
    (errors.StoreFormatError, "这个文件夹不是本版本的文档库"),
    (errors.StoreDamaged, "文档库有文件损坏"),
    (errors.StoreLocked, "另一个进程正在写这个文档库，请稍后再试"),
    (errors.EncoderMismatch, "文档库是用另一个编码器建的；用同一个 --encoder，或重新 youju index"),
    (errors.StoreError, "文档库用不了"),
    (errors.UnknownDocument, "没有这份文件；youju documents list 列出现有文件"),
    (errors.BadQuestions, "问题文件里有用不了的行"),
    (errors.BadQuestion, "这个问题没法问"),
    (errors.EncoderError, "编码器用不了"),
    (errors.ServiceStoreError, "反馈、密钥与站点所在的数据库用不了"),
    (errors.ModelError, "语言模型没有答成"),
)


def error_message(error: errors.YoujuError, language: Language) -> str:
    """What to show the person who caused `error`: what was got, what was expected, what to do."""
    said = str(error)
    if language is Language.EN or _HAN.search(said):
        return said
    for kind, chinese in _CHINESE:
        if isinstance(error, kind):
            return f"{chinese}\n  （{said}）"
    return said
