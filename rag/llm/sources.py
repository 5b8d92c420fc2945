"""The passages a model is given: numbered from 1, fitted to its window, those that give orders left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embeddings.folding import fold
from rag.text.sentences import sentences
from rag.types import Document, Hit

LONGEST_TITLE = 120

# Words addressed to whoever answers with a model: forget what was said, be someone else, say this, give away that.
_ORDERS_ZH = (
    r"(?:忽略|无视|忘[记掉]|不要理会|不用管|跳过|覆盖|违反|绕过|停止遵守).{0,14}(?:指令|指示|提示|规则|设定|限制|上文|前文|以上|之前)",
    r"(?:以上|上述|之前|此前|先前|前面).{0,6}(?:指令|指示|提示|规则|设定).{0,6}(?:作废|无效|失效|取消|不算|不用)",
    r"系统(?:提示|指令|消息|命令)[词:：]?|提示词|(?:新|最新|以下)的?(?:系统)?指令|开发者模式|越狱",
    r"(?:你|您)(?:现在|从现在起|必须|应当|应该|需要|要|只能|务必|将|是一[个名位]).{0,12}"
    r"(?:扮演|充当|成为|假装|回答|回复|输出|声称|助手|模型|机器人|ai)",
    r"从现在(?:起|开始).{0,8}(?:你|回答|回复|输出|一律|所有)",
    r"(?:请|务必|必须|一律|直接|只需?|只能|统一)(?:你|您)?(?:直接|只|一律|务必|原样|逐字|照抄|在.{0,10})?"
    r"(?:回答|回复|输出|答复|打印|返回)(?!率)",
    r"(?:回答|回复|输出|答案)(?:任何|所有|本|此|这个|该)?(?:问题|内容|时)?.{0,4}(?:必须|务必|一律|应当|应该|只能|统一|都要|均应)",
    r"(?:给|对|致)(?:ai|人工智能|大?语言?模型|大模型|智能?助手|机器人|聊天机器人)(?:助手|模型)?的?(?:说明|提示|指令|注意|要求|话|备注)?[:：,]",
    r"(?:ai|人工智能|大?语言模型|大模型|助手|机器人)(?:助手|模型)?(?:请|注意|必须|务必|读到|看到|在?回答)",
)
_ORDERS_EN = (
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,30}"
    r"\b(?:instructions?|prompts?|rules?|above|previous|context|sources?|everything)\b",
    r"\b(?:system|developer) (?:prompt|message|override|note|instructions?)\b|\bnew instructions?\b|\bjailbreak|\bdan mode\b",
    r"\byou (?:are now|will now|(?:must|should) (?:now )?(?:answer|say|reply|respond|output|print|state|claim|tell|act))\b",
    r"\b(?:pretend|act as|roleplay|role-play)\b.{0,20}\b(?:you|if|an?)\b",
    r"\b(?:reply|respond|answer|output|print|say|state|write)\b "
    r"(?:only|exactly|with|that|the following|verbatim|instead|nothing|always)\b",
    r"\b(?:reveal|repeat|print|show|leak)\b.{0,20}\b(?:prompt|instructions?|system|api key|password)\b",
    r"\b(?:note|message|instructions?|attention)\b.{0,6}\b(?:to|for)\b.{0,12}"
    r"\b(?:ai|llms?|assistants?|(?:language )?models?|chatbots?|bots?)\b",
    r"\b(?:ai|llm|assistant|language model|chatbot)s?\b.{0,12}\b(?:must|should|shall|please|have to|reading this)\b",
    r"<\|?/?(?:im_start|im_end|system|user|assistant|endoftext|source|question|instruction)|\[/?inst\]|<<sys>>",
    r"(?:^|[。.!?;；])\s*#*\s*(?:system|assistant|user)\s*[:：]",
)
_ORDERS = re.compile("|".join((*_ORDERS_ZH, *_ORDERS_EN)), re.MULTILINE)
_FENCE = re.compile(r"<(?=[/|!?a-zA-Z])")
_CHINESE = re.compile(r"[　-鿿豈-﫿＀-￯]")


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as the model is shown it. `text` is the beginning of its paragraph's, whole sentences, mostly all."""

    number: int
    hit: Hit
    document: Document
    text: str

    @property
    def context(self) -> tuple[str, ...]:
        """What stands over the passage, innermost last."""
        return (self.document.title, *self.hit.paragraph.section)


def choose(hits: Sequence[Hit], documents: Mapping[str, Document], *, tokens: int) -> list[Source]:
    """The best hits that fit into a number of tokens, best first; the first that does not fit ends the list.

    A passage that gives orders, or stands under a heading that does, is no source: a model might follow it.
    """
    chosen: list[Source] = []
    left = tokens
    for hit in hits:
        paragraph = hit.paragraph
        document = documents.get(paragraph.document_id)
        if document is None or gives_orders("\n".join((document.title, *paragraph.section, paragraph.text))):
            continue
        over = tokens_of(" ".join((document.title, *paragraph.section))) + 20
        text = _beginning(paragraph.text, left - over)
        if not text or (chosen and text != paragraph.text):
            break
        chosen.append(Source(len(chosen) + 1, hit, document, text))
        left -= over + tokens_of(text)
    return chosen


def gives_orders(text: str) -> bool:
    """Does a text speak to a language model instead of about its subject? Meant to be wrong on the safe side."""
    folded = fold(text)
    return bool(_ORDERS.search(folded) or _ORDERS.search(re.sub(r"[\s*_`~.·-]+", "", folded)))


def harmless(text: str) -> str:
    """Text that cannot be taken for a tag of the prompt."""
    return _FENCE.sub("＜", text)


def tokens_of(text: str) -> int:
    """How many tokens a text takes at most with usual vocabularies: a Chinese character one, other text a third."""
    chinese = len(_CHINESE.findall(text))
    return chinese + (len(text) - chinese + 2) // 3


def _beginning(text: str, tokens: int) -> str:
    if tokens_of(text) <= tokens:
        return text
    end = 0
    for _, stop in sentences(text):
        if tokens_of(text[:stop]) > tokens:
            break
        end = stop
    return text[:end]
