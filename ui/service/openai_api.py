"""/v1: the shapes of OpenAI's chat API, so that programs made for it get cited answers by changing one URL."""

import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from rag import Answer
from ui.messages import Language
from ui.service.access import Access
from ui.service.api import ERRORS
from ui.service.asks import Asks, Piece
from ui.service.errors import Refused, error_body, language_asked
from ui.service.events import event, event_stream
from ui.service.metrics import Metrics
from ui.service.schemas import MAX_QUESTION, AnswerBody, ErrorBody

MODEL = "youju"


class ContentPart(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: str = Field(max_length=40)
    text: str = Field(default="", max_length=100_000)


class ChatMessage(BaseModel):
    model_config = ConfigDict(extra="ignore")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="ignore")
    include_usage: bool = False


class ChatBody(BaseModel):
    """Sampling settings, tools and system messages are taken and have no effect: answers come from the documents."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "2024年新增就业多少人?"}]}]
        },
    )
    model: str = Field(default=MODEL, max_length=200)
    messages: list[ChatMessage] = Field(min_length=1, max_length=200)
    stream: bool = False
    stream_options: StreamOptions | None = None


class ReplyMessage(BaseModel):
    role: Literal["assistant"]
    content: str


class Choice(BaseModel):
    index: int
    message: ReplyMessage
    finish_reason: Literal["stop"]


class Usage(BaseModel):
    """Counted in characters: without a language model there are no tokens."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatReply(BaseModel):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    youju: AnswerBody = Field(description="The whole answer, with its citations.")


class ModelCard(BaseModel):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    object: Literal["list"]
    data: list[ModelCard]


def openai_router(*, asks: Asks, access: Access, metrics: Metrics) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["OpenAI's shapes"], dependencies=[Depends(access.program)])
    card = {"id": MODEL, "object": "model", "created": 0, "owned_by": "youju"}

    @router.get("/models", summary="The one model there is", response_model=ModelList, responses=ERRORS)
    def models() -> Response:
        return JSONResponse({"object": "list", "data": [card]})

    @router.get(
        "/models/{model}",
        summary="The model",
        response_model=ModelCard,
        responses={**ERRORS, 404: {"model": ErrorBody, "description": "Another model."}},
    )
    def one_model(model: str) -> Response:
        if model != MODEL:
            raise Refused(404, "model_not_found", model=model[:100], only=MODEL)
        return JSONResponse(card)

    @router.post(
        "/chat/completions",
        summary="Ask, in the shape of a chat",
        response_model=ChatReply,
        responses={
            **ERRORS,
            200: {
                "description": "The reply; with `stream: true`, chunks that end in `[DONE]`.",
                "content": {"text/event-stream": {"example": "data: {…}\n\ndata: [DONE]\n\n"}},
            },
        },
    )
    async def chat(body: ChatBody, request: Request) -> Response:
        question, history = conversation(body.messages)
        reply_id = f"chatcmpl-{time.time_ns():x}"
        if body.stream:
            pieces = asks.stream(question, history=history)
            usage = body.stream_options is not None and body.stream_options.include_usage
            language = language_asked(request.scope)
            return event_stream(
                _chunks(pieces, reply_id=reply_id, question=question, usage=usage, metrics=metrics, language=language)
            )
        answer = await asks.ask(question, history=history)
        metrics.asked("openai", answer)
        return JSONResponse(
            {
                "id": reply_id,
                "object": "chat.completion",
                "created": int(time.time()),
                "model": MODEL,
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": answer.text},
                        "finish_reason": "stop",
                        "logprobs": None,
                    }
                ],
                "usage": _usage(question, answer.text),
                "youju": answer.to_dict(),
            }
        )

    return router


def conversation(messages: Sequence[ChatMessage]) -> tuple[str, list[tuple[str, str]]]:
    """The last user message is the question; user messages before it, with the replies to them, are the history."""
    turns: list[tuple[str, str]] = []
    for message in messages:
        if message.role == "user":
            turns.append((message.text, ""))
        elif message.role == "assistant" and turns:
            question, answer = turns[-1]
            turns[-1] = (question, answer + message.text)
    if not turns or not turns[-1][0].strip():
        raise Refused(422, "invalid_request", "no_user_message")
    question = turns[-1][0]
    if len(question) > MAX_QUESTION:
        raise Refused(422, "invalid_request", "long_message", length=len(question), most=MAX_QUESTION)
    return question, turns[:-1]


async def _chunks(
    pieces: AsyncIterator[Piece],
    *,
    reply_id: str,
    question: str,
    usage: bool,
    metrics: Metrics,
    language: Language,
) -> AsyncIterator[bytes]:
    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return event(None, {**head, "choices": [choice], **more})

    head = {"id": reply_id, "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL}
    yield chunk({"role": "assistant", "content": ""})
    shown = ""
    answer: Answer | None = None
    async for piece in pieces:
        if isinstance(piece, Refused):
            metrics.failed("openai")
            yield event(None, error_body(piece, language))
            return
        if isinstance(piece, Answer):
            answer = piece
            if answer.text.startswith(shown) and len(answer.text) > len(shown):
                yield chunk({"content": answer.text[len(shown) :]})
                shown = answer.text
    if answer is not None:
        metrics.asked("openai", answer)
        yield chunk({}, "stop", youju=answer.to_dict())
    if usage:
        yield event(None, {**head, "choices": [], "usage": _usage(question, shown)})
    yield b"data: [DONE]\n\n"


def _usage(question: str, text: str) -> dict[str, int]:
    return {
        "prompt_tokens": len(question),
        "completion_tokens": len(text),
        "total_tokens": len(question) + len(text),
    }
