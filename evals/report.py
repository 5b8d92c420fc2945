"""A run as one HTML file to read, mail and keep: no scripts, nothing loaded from anywhere, everything escaped."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from evals import plots
from evals.diagnosis import Cause, cause, evidence_rank
from evals.report_words import WORDS
from evals.results import Found, Result, Run
from evals.rows import TYPES
from evals.statistics import Estimate
from rag.types import Leg

_LEGS = (Leg.HYBRID, Leg.LEXICAL, Leg.DENSE)
_TILES = (
    "overall",
    "answer_accuracy",
    "citation_recall",
    "citation_precision",
    "abstention_recall",
    "false_abstention",
)
_FIGURES = (
    "overall",
    "answer_accuracy",
    "answer_accuracy.zh",
    "answer_accuracy.en",
    "exact_match",
    "character_f1",
    "judged_correct",
    "citation_recall",
    "citation_precision",
    "verbatim_quotes",
    "verified_citations",
    "abstention_recall",
    "false_abstention",
)
_GROUP_FIGURES = ("overall", "citation_recall", "citation_precision", "false_abstention", "character_f1")
_LEG_MEASURES = ("hit@1", "hit@5", "recall@10", "mrr@10", "ndcg@10")


def report(run: Run, *, language: str = "zh") -> str:
    """The whole page. `language` is "zh" or "en"; questions and documents stay as they are."""
    return _Page(run, language).render()


class _Page:
    def __init__(self, run: Run, language: str) -> None:
        self._run = run
        self._language = language
        self._words = WORDS[language]

    def render(self) -> str:
        name = escape(self._run.conditions.name)
        style = files("evals").joinpath("report.css").read_text(encoding="utf-8")
        body = "\n".join(
            (
                self._head(),
                self._tiles(),
                self._problems(),
                self._plots(),
                self._failures(),
                self._groups(),
                self._conditions(),
            )
        )
        return (
            f'<!doctype html>\n<html lang="{self._language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{self._word('title')} · {name}</title><style>\n{style}</style></head>\n<body>\n{body}\n"
            f'<p class="note">{self._word("made")}</p></body></html>\n'
        )

    def _word(self, key: str) -> str:
        """A word of ours; a figure or group without one goes by its own name."""
        return escape(self._label(key))

    def _label(self, key: str) -> str:
        head, dot, tail = key.rpartition(".")
        if key not in self._words and dot:
            return f"{self._label(head)} · {self._label(tail)}"
        return self._words.get(key, key)

    def _head(self) -> str:
        c = self._run.conditions
        return (
            f"<header><h1>{self._word('title')} · {escape(c.name)}</h1>"
            f'<p class="muted">{escape(c.started)} · {len(self._run.results)} {self._word("rows")} · '
            f"{c.documents} {self._word('documents')} · {c.paragraphs:,} {self._word('paragraphs')}</p></header>"
        )

    def _tiles(self) -> str:
        tiles = [
            f'<div class="tile"><span>{self._word(name)}</span><b>{100 * figure.value:.1f}%</b>'
            f"<small>{100 * figure.low:.1f} – {100 * figure.high:.1f} · n={figure.n}</small></div>"
            for name in _TILES
            if (figure := self._run.figures.get(name))
        ]
        if self._spoken_confidence:
            tiles.append(
                f'<div class="tile"><span>{self._word("aurc")}</span><b>{self._run.curve.area:.3f}</b>'
                f"<small>E-AURC {self._run.curve.excess:.3f}</small></div>"
            )
        if times := self._run.latency.get("ask"):
            tiles.append(
                f'<div class="tile wide"><span>{self._word("latency")}</span>'
                f"<b>{times.p50:.1f} / {times.p95:.1f} / {times.p99:.1f}</b><small>{self._word('ms')}</small></div>"
            )
        return f'<section class="tiles">{"".join(tiles)}</section>'

    @property
    def _spoken_confidence(self) -> bool:
        """Whether answers came with a confidence at all; without one the curve would show nothing but order."""
        return any(result.given.confidence for result in self._run.results)

    def _problems(self) -> str:
        unheld = [r.row.id for r in self._run.results if r.unheld]
        parts = []
        if self._run.problems:
            rows = "".join(
                f'<tr><td class="n">{p.line}</td><td>{escape(p.id)}</td><td>{escape(p.message)}</td></tr>'
                for p in self._run.problems
            )
            parts.append(
                f"<h2>{self._word('problems')} ({len(self._run.problems)})</h2>"
                f'<div class="card scroll"><table><tr><th class="n">{self._word("line")}</th><th>id</th>'
                f"<th>{self._word('reason')}</th></tr>{rows}</table></div>"
            )
        if unheld:
            parts.append(f'<p class="note">{len(unheld)} {self._word("unheld")} {escape(", ".join(unheld))}</p>')
        return "".join(parts)

    def _plots(self) -> str:
        run = self._run
        cards = [self._card("figures", self._bars((name, run.figures.get(name)) for name in _FIGURES), "interval")]
        types = run.groups["type"]
        cards.append(self._card("by_type", self._bars((t, types[t].get("overall")) for t in TYPES if t in types)))
        if self._spoken_confidence:
            cards.append(self._card("curve", self._curve(), "curve_note"))
        if any(f"{leg}.ndcg@10" in run.figures for leg in _LEGS):
            cards.append(self._card("legs", self._legs()))
        if len(run.groups["document"]) > 1:
            documents = run.groups["document"].items()
            cards.append(self._card("by_document", self._bars((_brief(d), f.get("overall")) for d, f in documents)))
        if "ask" in run.latency:
            cards.append(self._card("latency_plot", self._latency()))
        return f'<h2>{self._word("figures")}</h2><section class="plots">{"".join(cards)}</section>'

    def _card(self, title: str, plot: str, note: str = "") -> str:
        noted = f'<p class="note">{self._word(note)}</p>' if note else ""
        return f'<div class="card"><h3>{self._word(title)}</h3>{plot}{noted}</div>'

    def _bars(self, figures: Iterable[tuple[str, Estimate | None]]) -> str:
        there = [(self._label(name), figure) for name, figure in figures if figure]
        return plots.bars(there, title=self._label("figures"))

    def _curve(self) -> str:
        curve = self._run.curve
        points = list(zip(curve.coverage, curve.risk, strict=True))
        spoken = sum(1 for r in self._run.results if r.given.abstained is False)
        return plots.curve(
            plots.Line("", points),
            title=self._label("curve"),
            x_label=self._label("coverage"),
            y_label=self._label("risk"),
            mark=points[spoken - 1] if spoken else None,
        )

    def _legs(self) -> str:
        figures = self._run.figures
        series = [
            (self._label(leg), [f.value if (f := figures.get(f"{leg}.{m}")) else None for m in _LEG_MEASURES])
            for leg in _LEGS
            if f"{leg}.ndcg@10" in figures
        ]
        return plots.groups_of_bars(_LEG_MEASURES, series, title=self._label("legs"))

    def _latency(self) -> str:
        times = self._run.latency["ask"]
        return plots.histogram(
            [r.milliseconds["ask"] for r in self._run.results if "ask" in r.milliseconds],
            title=self._label("latency_plot"),
            x_label=self._label("latency_axis"),
            marks=[("p50", times.p50), ("p95", times.p95), ("p99", times.p99)],
        )

    def _failures(self) -> str:
        failures = self._run.failures
        head = f"<h2>{self._word('failures')} ({len(failures)} / {len(self._run.results)})</h2>"
        if not failures:
            return f"{head}<p>{self._word('no_failures')}</p>"
        by_cause: dict[Cause, list[Result]] = defaultdict(list)
        for result in failures:
            by_cause[cause(result)].append(result)
        groups = [
            f'<details class="cause" open><summary>{self._word(why)}<span class="count">{len(by_cause[why])}</span>'
            f"</summary>{''.join(map(self._failure, by_cause[why]))}</details>"
            for why in Cause
            if why in by_cause
        ]
        return head + "".join(groups)

    def _failure(self, result: Result) -> str:
        row, given = result.row, result.given
        wanted = " / ".join(row.answers) or self._label("refusal")
        if len(row.answers) > 1:
            wanted += f"({self._label('all_wanted' if row.all else 'any_wanted')})"
        facts = [("wanted", wanted), ("got", given.text or result.error)]
        facts += [("history", f"{question} → {answer}") for question, answer in row.history]
        if result.resolved and result.resolved != row.question:
            facts.append(("resolved", result.resolved))
        facts += [("evidence", f"{e.doc}: {e.text}") for e in row.evidence]
        facts += [("cited", f"{c.document_id}: {c.quote}") for c in given.citations]
        if result.verdict:
            facts.append(("verdict", f"{'✓' if result.verdict.correct else '✗'} {result.verdict.reason}"))
        if result.hits and row.answerable:
            ranks = [(leg, evidence_rank(result, leg)) for leg in _LEGS if leg in result.hits]
            at = " · ".join(f"{self._label(leg)} {rank}" for leg, rank in ranks if rank)
            facts.append(("evidence_at", at or self._label("nowhere")))
        facts.append(("confidence", f"{given.confidence:.3f}"))
        listed = "".join(f"<dt>{self._word(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
        return (
            f'<details><summary><span class="tag">{escape(row.id)} · {self._word(row.type)}</span>'
            f"{escape(row.question)}</summary>"
            f'<div class="body"><dl>{listed}</dl>{self._hits(result)}</div></details>'
        )

    def _hits(self, result: Result) -> str:
        """What any leg put among its first five, or that holds evidence; in the order of the hybrid."""
        places: dict[str, dict[str, tuple[int, Found]]] = defaultdict(dict)
        for leg in _LEGS:
            for rank, hit in enumerate(result.hits.get(leg, ()), 1):
                if rank <= 5 or hit.relevant:
                    places[hit.paragraph_id].setdefault(leg, (rank, hit))
        if not places:
            return ""
        legs = [leg for leg in _LEGS if leg in result.hits]
        # A paragraph one leg has among its first may stand lower in another: its place there is of interest too.
        for leg in legs:
            for rank, hit in enumerate(result.hits[leg], 1):
                if hit.paragraph_id in places:
                    places[hit.paragraph_id].setdefault(leg, (rank, hit))
        heads = "".join(f'<th class="n">{self._word(leg)}</th>' for leg in legs)
        rows = "".join(self._hit(place, legs) for place in places.values())
        return (
            f'<h3>{self._word("hits")}</h3><div class="scroll"><table>'
            f"<tr>{heads}<th>{self._word('where')}</th><th></th></tr>{rows}</table></div>"
        )

    def _hit(self, place: dict[str, tuple[int, Found]], legs: Sequence[str]) -> str:
        hit = next(iter(place.values()))[1]
        cells = "".join(
            f'<td class="n">{place[leg][0]} · {place[leg][1].score:.3f}</td>'
            if leg in place
            else '<td class="n">–</td>'
            for leg in legs
        )
        features = " · ".join(f"{name} {value:.3g}" for name, value in hit.features.items())
        where = " › ".join((hit.document_id, *hit.section))
        row = '<tr class="relevant">' if hit.relevant else "<tr>"
        return (
            f"{row}{cells}<td>{escape(where)}</td><td>{escape(hit.text)}"
            f'<div class="features">{escape(features)}</div></td></tr>'
        )

    def _groups(self) -> str:
        tables = []
        for kind, groups in self._run.groups.items():
            if not groups:
                continue
            names = (*_GROUP_FIGURES, "hybrid.hit@1", "hybrid.hit@5", "hybrid.ndcg@10")
            heads = "".join(f'<th class="n">{self._word(name)}</th>' for name in names)
            rows = "".join(
                f"<tr><td>{self._word(group)}</td>"
                + "".join(f'<td class="n">{_cell(figures.get(name))}</td>' for name in names)
                + "</tr>"
                for group, figures in groups.items()
            )
            tables.append(
                f'<details><summary>{self._word(kind)}</summary><div class="body scroll"><table>'
                f"<tr><th>{self._word('group')}</th>{heads}</tr>{rows}</table></div></details>"
            )
        return f"<h2>{self._word('groups')}</h2>{''.join(tables)}"

    def _conditions(self) -> str:
        c = self._run.conditions
        facts: list[tuple[str, object]] = [
            ("questions", f"{c.questions} ({c.questions_fingerprint})"),
            ("commit", c.commit or "–"),
            ("encoder", c.encoder or "–"),
            ("store", c.store or "–"),
            ("seconds", f"{self._run.seconds:.1f}"),
            *((name, value) for name, value in c.machine.items()),
            *((name, value) for name, value in c.settings.items() if value is not None),
        ]
        rows = "".join(f"<dt>{escape(name)}</dt><dd><code>{escape(_said(value))}</code></dd>" for name, value in facts)
        return f'<h2>{self._word("conditions")}</h2><div class="card"><dl>{rows}</dl></div>'


def _cell(figure: Estimate | None) -> str:
    return f'{figure.value:.2f} <span class="muted">/{figure.n}</span>' if figure else "–"


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _brief(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:8]}…{name[-9:]}"
