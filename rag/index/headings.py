"""What stands over paragraphs, folded, and what it says of them: which years, and whether it is planned or done."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from embeddings.folding import fold
from rag.questions.question import Aspect
from rag.text.facts import years
from rag.text.matching import Matchable

KEPT = 4_000
"""Different headings that are kept; many paragraphs stand under the same."""

_PLAN = re.compile(
    r"计划|安排|思路|目标|打算|下一步|任务|展望|规划|重点工作|主要工作|举措|\bplan|\bpriorit|\boutlook|\bgoal|\btarget"
)
_DONE = re.compile(r"回顾|总结|情况|成效|成绩|完成|\breview|\bachievement|\bresults?\b")


@dataclass(frozen=True)
class Heading:
    """`levels` are the headings above, outermost first, folded; `dated` the year of the document's date."""

    title: Matchable
    levels: Sequence[str]
    dated: frozenset[int]

    @cached_property
    def section(self) -> Matchable:
        return Matchable(" ".join(self.levels))

    @cached_property
    def years(self) -> frozenset[int]:
        """Those the innermost heading that names any gives."""
        return next((frozenset(found) for level in reversed(self.levels) if (found := years(level))), frozenset())

    @cached_property
    def title_years(self) -> frozenset[int]:
        """Those of the title; that of the document's date where the title names none."""
        return frozenset(years(self.title.folded)) or self.dated

    @cached_property
    def aspect(self) -> Aspect | None:
        """Of the innermost heading that tells one, else of the title."""
        above = [*reversed(self.levels), self.title.folded]
        return next((told for level in above if (told := aspect_of(level, _PLAN, _DONE))), None)


@lru_cache(maxsize=KEPT)
def heading_of(title: str, section: tuple[str, ...], date: str | None) -> Heading:
    """Of the paragraphs of a document, "2024-01-16" its date, that stand in a section."""
    dated = frozenset({int(date[:4])} if date and date[:4].isdigit() else ())
    return Heading(Matchable(fold(title)), tuple(map(fold, section)), dated)


def aspect_of(folded: str, plan: re.Pattern[str], done: re.Pattern[str]) -> Aspect | None:
    """None where both are said, or neither."""
    planned, was = bool(plan.search(folded)), bool(done.search(folded))
    if planned == was:
        return None
    return Aspect.PLAN if planned else Aspect.DONE
