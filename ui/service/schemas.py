"""Bodies of requests and responses, as /openapi.json shows them. The engine's types say what the fields mean."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

MAX_QUESTION = 2000
MAX_TURNS = 50

Text = Annotated[str, Field(max_length=20_000)]
Question = Annotated[
    str, Field(min_length=1, max_length=MAX_QUESTION, description="In natural language, Chinese or English.")
]
Only = Annotated[
    list[str] | None, Field(max_length=10_000, description="Ids of the documents to look in; all when left out.")
]

_ANSWER: JsonDict = {
    "id": "5f0c2f6e",
    "question": "2024年新增就业多少人?",
    "resolved_question": "2024年新增就业多少人?",
    "text": "全年新增就业3.2万人。[1]",
    "abstained": False,
    "confidence": 0.93,
    "sentences": [{"text": "全年新增就业3.2万人。", "citations": [1], "verified": True}],
    "citations": [
        {
            "number": 1,
            "document_id": "yangpu-2024-work-report",
            "title": "2024年政府工作报告",
            "section": ["一、过去一年的工作", "(一)民生"],
            "paragraph_id": "yangpu-2024-work-report#12",
            "paragraph": "民生持续改善。全年新增就业3.2万人。",
            "quote": "全年新增就业3.2万人。",
            "start": 120,
            "end": 131,
            "page": None,
            "verified": True,
            "key": [126, 130],
        }
    ],
    "related": [],
    "model": None,
    "timings_ms": {"search": 0.8, "answer": 1.9, "total": 2.9},
}


class AskBody(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "2024年新增就业多少人?"},
                {"question": "那2023年呢?", "history": [["2024年新增就业多少人?", "全年新增就业3.2万人。[1]"]]},
            ]
        }
    )
    question: Question
    history: list[tuple[Text, Text]] = Field(
        default=[], max_length=MAX_TURNS, description="Earlier turns, oldest first, each [question, answer]."
    )
    only: Only = None
    stream: bool = Field(
        default=False,
        description="Server-sent events `hits`, `delta`, then `answer` or `error`; with a language model `writing` "
        "too, the sentence under way, not checked yet.",
    )


class CitationBody(BaseModel):
    number: int
    document_id: str
    title: str
    section: list[str]
    paragraph_id: str
    paragraph: str
    quote: str
    start: int
    end: int
    page: int | None
    verified: bool
    key: tuple[int, int] | None


class SentenceBody(BaseModel):
    text: str
    citations: list[int]
    verified: bool


class HitBody(BaseModel):
    document_id: str
    paragraph_id: str
    section: list[str]
    text: str
    start: int
    end: int
    page: int | None
    score: float
    leg: Literal["hybrid", "lexical", "dense"]
    features: dict[str, float]


class AnswerBody(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})
    id: str
    question: str
    resolved_question: str
    text: str
    abstained: bool
    confidence: float = Field(ge=0, le=1)
    sentences: list[SentenceBody]
    citations: list[CitationBody]
    related: list[HitBody]
    model: dict[str, Any] | None
    timings_ms: dict[str, float]


class HitsBody(BaseModel):
    hits: list[HitBody]


class ErrorDetail(BaseModel):
    type: str
    message: str
    param: str | None = None
    code: str | None = None


class ErrorBody(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": {
                        "type": "unknown_document",
                        "message": "No document has the id 'x'.",
                        "param": None,
                        "code": "unknown_document",
                    }
                }
            ]
        }
    )
    error: ErrorDetail


class FeedbackBody(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer_id": "5f0c2f6e", "rating": "down", "reason": "wrong_year"}]}
    )
    answer_id: str = Field(min_length=1, max_length=200)
    rating: Literal["up", "down"]
    reason: str = Field(default="", max_length=200)
    comment: str = Field(default="", max_length=2000)
    question: str = Field(default="", max_length=MAX_QUESTION)
    answer: str = Field(default="", max_length=20_000)


class StoredBody(BaseModel):
    id: int


class DocumentIn(BaseModel):
    id: str = Field(default="", max_length=500, description="Made from the title when left out.")
    title: str = Field(default="", max_length=1000)
    text: str = Field(min_length=1)
    source: str = Field(default="", max_length=2000)
    date: str | None = Field(default=None, max_length=40)


class DocumentsIn(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"documents": [{"id": "notice-7", "title": "关于…的通知", "text": "一、总体要求\n……"}]}]
        }
    )
    documents: list[DocumentIn] = Field(min_length=1, max_length=1000)


class DocumentBody(BaseModel):
    id: str
    title: str
    source: str
    date: str | None
    attributes: dict[str, str]
    characters: int


class DocumentsBody(BaseModel):
    documents: list[DocumentBody]
    total: int


class ParagraphBody(BaseModel):
    id: str
    section: list[str]
    start: int
    end: int
    page: int | None


class WholeDocumentBody(DocumentBody):
    text: str
    paragraphs: list[ParagraphBody]


class OutcomeBody(BaseModel):
    name: str = Field(description="The file's name, or the id given.")
    id: str | None
    status: Literal["added", "replaced", "failed"]
    message: str = ""


class OutcomesBody(BaseModel):
    documents: list[OutcomeBody]


class IndexingBody(BaseModel):
    indexing: bool
    done: int = Field(description="Files read so far.")
    total: int
    name: str = Field(description="Read next; empty while nothing is indexed.")


class EvaluationBody(BaseModel):
    """The run under way or ended last. Figures are of evals/README.md, with their 95 % interval."""

    state: Literal["idle", "running", "done", "failed", "cancelled"]
    questions: str = Field(description="The file's name.")
    done: int
    total: int
    error: str
    run: dict[str, Any] | None
    comparison: dict[str, Any] | None = Field(description="With the last run that asked any of the same questions.")


class RemovedBody(BaseModel):
    removed: list[str]


class HealthBody(BaseModel):
    status: Literal["ok"]


class ReadyBody(BaseModel):
    status: Literal["ready", "not_ready"]
    documents: int
    legs: dict[str, bool]
    page: str
    message: str = ""
