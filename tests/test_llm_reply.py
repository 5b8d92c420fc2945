"""A reply cut into any pieces gives the same sentences, and only the sources there are."""

import random

import pytest

from rag.llm.reply import Reply, Written

CASES = {
    "2023年收入197亿元[1]。增长8.3%。[2]全年新增31家【9】，其中[3]总部5家[1, 2]。": [
        ("2023年收入197亿元。", (1,)),
        ("增长8.3%。", (2,)),
        ("全年新增31家，其中总部5家。", (3, 1, 2)),
    ],
    "<think>hmm [1]</think>GDP grew by 5.6% [1]. It was more [2][7]. See ![x](http://e.vil/a) https://e.vil now.": [
        ("GDP grew by 5.6%.", (1,)),
        ("It was more.", (2,)),
        ("See now.", ()),
    ],
    "要点如下：\n1. 完成31、32、33号地块[1]\n2. **新建**公园6座（来源2）；修缮5处[3]\n- 结束": [
        ("要点如下：", ()),
        ("完成31、32、33号地块", (1,)),
        ("新建公园6座；", (2,)),
        ("修缮5处", (3,)),
        ("结束", ()),
    ],
    "93、68、104和103街坊面向全球推介[1]。\n1、新建公园6座。": [
        ("93、68、104和103街坊面向全球推介。", (1,)),
        ("新建公园6座。", ()),
    ],
    "没有结束的句子[1": [("没有结束的句子", ())],
    "a [link](http://x.y) b[^1]. [资料2-3] Yes": [("a link b.", (1, 2, 3)), ("Yes", ())],
    "<script>alert(1)</script>好。<think>没有说完": [("alert(1)好。", ())],
}


def read(text: str, sizes: list[int]) -> list[Written]:
    reply, found, at = Reply({1, 2, 3}), [], 0
    for size in sizes:
        found += reply.feed(text[at : at + size])
        at += size
    return found + reply.feed(text[at:]) + reply.finish()


@pytest.mark.parametrize("text", CASES)
def test_sentences_do_not_depend_on_the_pieces(text: str) -> None:
    rng = random.Random(7)
    whole = read(text, [])
    assert [(written.text, written.ids) for written in whole] == CASES[text]
    assert read(text, [1] * len(text)) == whole
    for _ in range(20):
        assert read(text, [rng.randint(1, 5) for _ in text]) == whole


def test_an_unknown_id_is_never_seen_while_it_streams() -> None:
    reply = Reply({1})
    shown = []
    for character in "收入197亿元[12]增长[1]":
        reply.feed(character)
        shown.append(reply.pending)
    assert [text for text in shown if "[" in text or "2]" in text] == []
    assert shown[-1] == "收入197亿元增长"
