"""A language model's opinion of an answer, for what no string comparison sees. Off unless one is passed."""

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from evals.rows import Row
from rag.errors import ModelError

_INSTRUCTION = """你是阅卷人。判断"作答"是否答对了"问题":与任一"标准答案"含义一致即为对(标明"须全部答出"时须全部包含);
多余而不矛盾的内容不扣分;数字、单位、年份、主体有一处不同即为错;标准答案为"无法回答"时,只有表明资料中没有才算对。
只回一行 JSON:{"correct": true 或 false, "reason": "不超过三十字"}
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge found, and why in a few words."""

    correct: bool
    reason: str


class Judge(Protocol):
    """Whoever reads an answer and says whether it is right."""

    def judge(self, row: Row, text: str) -> Verdict:
        """Raises ModelError when there is no verdict to be had."""
        ...


class ChatModel(Protocol):
    """What is used of a LangChain chat model."""

    def invoke(self, prompt: str, /) -> Any:
        """A message with `content`."""
        ...


class ModelJudge:
    """Asks any LangChain chat model, one row a call."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    def judge(self, row: Row, text: str) -> Verdict:
        """Raises ModelError when the reply holds no verdict."""
        wanted = " / ".join(row.answers) or "无法回答"
        every = "(须全部答出)" if row.all else ""
        reply = str(
            self._model.invoke(f"{_INSTRUCTION}\n问题:{row.question}\n标准答案{every}:{wanted}\n作答:{text}").content
        )
        found = re.search(r"\{.*\}", reply, re.DOTALL)
        try:
            verdict = json.loads(found.group()) if found else None
        except json.JSONDecodeError:
            verdict = None
        if not isinstance(verdict, dict) or not isinstance(verdict.get("correct"), bool):
            raise ModelError(f'the judge answered {reply[:80]!r}; expected {{"correct": …, "reason": …}}')
        return Verdict(verdict["correct"], str(verdict.get("reason", "")))
