"""Networks trained with PyTorch, taken over into our own small form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from rag.answers.network import DIGITS, FARTHEST, MOST_WORDS, SUM, Layer, Member, Network, Reader, Words

WIDTH, JOINED, DROPPED = 24, 48, 0.2
ROUNDS, ROUNDS_OF_CHOICE = 36, 24
BATCH, RATE, DECAY, MEMBERS = 256, 3e-3, 2e-2, 2
NEVER = -1e4


@dataclass(frozen=True, eq=False)
class Table:
    """Of rows with words: `words` of shape (rows, MOST_WORDS, their names) with zeros beyond each row's own, of which
    there are `count`."""

    words: NDArray[np.float32]
    count: NDArray[np.int64]

    @classmethod
    def of(cls, words: Sequence[NDArray[np.float64]]) -> "Table":
        """Of each row at most MOST_WORDS are taken."""
        count = np.array([min(len(each), MOST_WORDS) for each in words], np.int64)
        made = np.zeros((len(words), MOST_WORDS, words[0].shape[1]), np.float32)
        for row, each in enumerate(words):
            made[row, : count[row]] = each[:MOST_WORDS]
        return cls(made, count)


def tables(words: Sequence[Words]) -> Sequence[Table]:
    """One for each reader."""
    return [Table.of(each) for each in zip(*words, strict=True)]


@dataclass(frozen=True, eq=False)
class Rows:
    """What is learnt from, a row a question: `features` of shape (rows, names), the words for each reader, whether it
    is answered, how much it counts."""

    features: NDArray[np.float32]
    tables: Sequence[Table]
    yes: NDArray[np.bool_]
    share: NDArray[np.float64]

    def only(self, chosen: NDArray[np.bool_]) -> "Rows":
        kept = [Table(each.words[chosen], each.count[chosen]) for each in self.tables]
        return Rows(self.features[chosen], kept, self.yes[chosen], self.share[chosen])


def train(rows: Rows, names: Sequence[str], word_names: Sequence[Sequence[str]]) -> Network:
    """Of the log loss."""
    yes = torch.from_numpy(rows.yes.astype(np.float32))
    share = torch.from_numpy((rows.share / rows.share.mean()).astype(np.float32))

    def loss(odds: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(odds(batch), yes[batch], weight=share[batch])

    return _trained(rows.features, rows.tables, len(yes), loss, names, word_names, ROUNDS)


@dataclass(frozen=True, eq=False)
class Choices:
    """Rows of questions, one after the other: those of question i are bounds[i]:bounds[i + 1]. `features` and `tables`
    as in `Rows`; what each scores already, which are right, at least one of each question; how much each question
    counts."""

    features: NDArray[np.float32]
    tables: Sequence[Table]
    scores: NDArray[np.float32]
    right: NDArray[np.bool_]
    bounds: NDArray[np.int64]
    share: NDArray[np.float64]


def train_choice(choices: Choices, names: Sequence[str], word_names: Sequence[Sequence[str]]) -> Network:
    """What is to be added to the scores, by the conditional logit: the chance that one of the right rows is chosen."""
    scores, right = torch.from_numpy(choices.scores), torch.from_numpy(choices.right)
    share = torch.from_numpy((choices.share / choices.share.mean()).astype(np.float32))
    bounds = torch.from_numpy(choices.bounds)

    def loss(odds: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
        starts, sizes = bounds[batch], bounds[batch + 1] - bounds[batch]
        there = torch.arange(int(sizes.max()))[None] < sizes[:, None]
        rows = (starts[:, None] + torch.arange(there.shape[1])[None])[there]
        of_each = torch.full(there.shape, NEVER).masked_scatter(there, odds(rows) + scores[rows])
        chance = of_each.log_softmax(1)
        wanted = torch.zeros(there.shape, dtype=torch.bool).masked_scatter(there, right[rows])
        return -(share[batch] * chance.masked_fill(~wanted, NEVER).logsumexp(1)).mean()

    questions = len(choices.share)
    return _trained(choices.features, choices.tables, questions, loss, names, word_names, ROUNDS_OF_CHOICE)


class _Reader(nn.Module):
    def __init__(self, words: int) -> None:
        super().__init__()
        self.word, self.meaning = nn.Linear(words, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.attention = nn.Linear(WIDTH, 1)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, words: Tensor, there: Tensor) -> Tensor:
        read = self.meaning(self.drop(self.word(words).relu())).relu() * there[..., None]
        heed = self.attention(read)[..., 0].masked_fill(there == 0, NEVER).softmax(1)
        return torch.cat([read.amax(1), read.sum(1) / SUM, (read * heed[..., None]).sum(1)], 1)


class _Net(nn.Module):
    def __init__(self, words: Sequence[int], features: int) -> None:
        super().__init__()
        self.read_by = [_Reader(each) for each in words]
        self.readers = nn.ModuleList(self.read_by)  # whose weights are found there
        self.joined, self.last = nn.Linear(3 * WIDTH * len(words) + features, JOINED), nn.Linear(JOINED, 1)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, features: Tensor, words: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
        pooled = [reader(*table) for reader, table in zip(self.read_by, words, strict=True)]
        joined = self.joined(self.drop(torch.cat([*pooled, features], 1))).relu()
        odds: Tensor = self.last(self.drop(joined))[:, 0]
        return odds


def _trained(
    features: NDArray[np.float32],
    tables: Sequence[Table],
    size: int,
    loss: Callable[[Callable[[Tensor], Tensor], Tensor], Tensor],
    names: Sequence[str],
    word_names: Sequence[Sequence[str]],
    rounds: int,
) -> Network:
    """By AdamW (Loshchilov and Hutter 2019) with one cycle of the rate (Smith 2018), `size` things to learn from in
    batches; `loss` is of a batch, given what gives rows their log odds."""
    mean = np.round(features.mean(axis=0).astype(np.float64), DIGITS)
    spread = np.maximum(np.round(features.std(axis=0).astype(np.float64), DIGITS), 10.0**-DIGITS)
    apart = torch.from_numpy(np.clip((features - mean) / spread, -FARTHEST, FARTHEST).astype(np.float32))
    words = [torch.from_numpy(table.words) for table in tables]
    there = [(torch.arange(MOST_WORDS)[None] < torch.from_numpy(table.count)[:, None]).float() for table in tables]
    taken = []
    for seed in range(MEMBERS):
        torch.manual_seed(seed)
        shuffled = np.random.default_rng(seed)
        net = _Net([each.shape[2] for each in words], features.shape[1]).train()
        optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
        steps = rounds * -(-size // BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)

        def odds(rows: Tensor, net: _Net = net) -> Tensor:
            given: Tensor = net(apart[rows], [(w[rows], t[rows]) for w, t in zip(words, there, strict=True)])
            return given

        for _ in range(rounds):
            for batch in torch.split(torch.from_numpy(shuffled.permutation(size)), BATCH):
                optimizer.zero_grad()
                torch.autograd.backward(loss(odds, batch))
                optimizer.step()
                schedule.step()
        taken.append(_member(net.eval()))
    return Network(names, word_names, mean, spread, taken, {})


def _member(net: _Net) -> Member:
    def layer(linear: nn.Linear) -> Layer:
        weights, biases = (each.detach().numpy().astype(np.float64) for each in (linear.weight, linear.bias))
        return Layer(weights.T.copy(), biases)

    readers = [Reader(*map(layer, (each.word, each.meaning, each.attention))) for each in net.read_by]
    return Member(readers, layer(net.joined), layer(net.last))
