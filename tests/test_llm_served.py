"""A real model behind a real OpenAI-compatible server: `transformers serve`, random weights made on the spot."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.llm import open_model
from rag.llm.calling import Limits

TEXT = "2023年一般公共预算收入197亿元,比上年增长8.3%。"
QUESTION = "云山区2023年一般公共预算收入是多少?"


def make_model(folder: Path) -> None:
    """One layer of 32 dimensions over single bytes; what it says means nothing."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    bytewise = Tokenizer(models.BPE())
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<pad>", "<s>", "</s>"]
    bytewise.train_from_iterator([], trainers.BpeTrainer(special_tokens=special, initial_alphabet=alphabet))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bytewise, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )  # fmt: skip
    tokenizer.chat_template = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=8192, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    make_model(folder / "tiny")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        Path(sys.executable).with_name("transformers"),
        "serve",
        "tiny",
        "--host",
        "127.0.0.1",
        "--device",
        "cpu",
    ]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=folder,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 180
        while not answers(f"http://127.0.0.1:{port}/health"):
            assert server.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()[-2000:]
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(20)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


def test_nonsense_of_a_real_model_is_never_shown_as_an_answer(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key")
    model = open_model(
        "openai:tiny", base_url=address, limits=Limits(first_token_s=60, whole_s=90, output_tokens=60), max_retries=0
    )
    kb = KnowledgeBase.from_texts([TEXT], ["云山区2023年总结"], writer=model)
    seen = list(kb.stream(QUESTION))
    without = KnowledgeBase.from_texts([TEXT], ["云山区2023年总结"]).ask(QUESTION)
    assert seen[-1].text == without.text
    assert seen[-1].model is not None
    assert seen[-1].model["failed"] in ("nothing it wrote stands in the passages", "its reply is empty")
    assert seen[-1].model["output_tokens"] > 0
    assert "first_token" in seen[-1].timings_ms
