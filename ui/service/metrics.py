"""What Prometheus reads at /metrics. One registry a service, so that two in one process do not mix."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from rag import Answer

__all__ = ["CONTENT_TYPE", "Metrics"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "youju_http_requests", "Requests served.", ["method", "route", "status"], registry=self._registry
        )
        self._request_seconds = Histogram(
            "youju_http_request_seconds", "Whole requests.", ["route"], buckets=_SECONDS, registry=self._registry
        )
        self._asks = Counter("youju_asks", "Questions by way in.", ["way", "outcome"], registry=self._registry)
        self._stage_seconds = Histogram(
            "youju_ask_seconds", "Questions by stage.", ["stage"], buckets=_SECONDS, registry=self._registry
        )
        self._model_answers = Counter(
            "youju_model_answers",
            "Answers a language model was to word: worded, cached (worded before), or fell_back to the passages.",
            ["model", "outcome"],
            registry=self._registry,
        )
        self._model_tokens = Counter(
            "youju_model_tokens", "Tokens, as the model counted them.", ["model", "direction"], registry=self._registry
        )
        self._model_cost = Counter(
            "youju_model_cost", "In the currency of --model-price.", ["model"], registry=self._registry
        )
        self._model_retries = Counter(
            "youju_model_retries", "Calls made again after one failed.", ["model"], registry=self._registry
        )
        self._model_sentences = Counter(
            "youju_model_sentences", "What became of its sentences.", ["model", "fate"], registry=self._registry
        )
        self._refusals = Counter(
            "youju_refusals", "Requests not served, by reason.", ["reason"], registry=self._registry
        )
        self.documents = Gauge("youju_index_documents", "Documents that can be cited.", registry=self._registry)
        self.paragraphs = Gauge("youju_index_paragraphs", "Paragraphs that can be found.", registry=self._registry)
        self.leg_up = Gauge(
            "youju_leg_up", "1 if the canary question found something.", ["leg"], registry=self._registry
        )

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def asked(self, way: str, answer: Answer) -> None:
        """`way` is "api", "openai", "page" or "widget"."""
        self._asks.labels(way, "abstained" if answer.abstained else "answered").inc()
        for stage, milliseconds in answer.timings_ms.items():
            self._stage_seconds.labels(stage).observe(milliseconds / 1000)
        if answer.model is not None:
            self._worded(answer.model)

    def _worded(self, about: Mapping[str, Any]) -> None:
        name = about["name"]
        outcome = "fell_back" if about.get("failed") else "cached" if about["cached"] else "worded"
        self._model_answers.labels(name, outcome).inc()
        self._model_tokens.labels(name, "input").inc(about["input_tokens"])
        self._model_tokens.labels(name, "output").inc(about["output_tokens"])
        self._model_cost.labels(name).inc(about["cost"] or 0.0)
        self._model_retries.labels(name).inc(about["retries"])
        for fate, sentences in about["sentences"].items():
            self._model_sentences.labels(name, fate).inc(sentences)

    def failed(self, way: str) -> None:
        self._asks.labels(way, "error").inc()

    def refused(self, reason: str) -> None:
        self._refusals.labels(reason).inc()

    def text(self) -> bytes:
        return generate_latest(self._registry)
