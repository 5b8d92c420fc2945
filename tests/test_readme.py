"""What the README shows is there: its Python runs, its commands exist, its sessions end as shown.

`make readme` writes the sessions anew.
"""

import contextlib
import doctest
import io
import re
import shlex
import tempfile
from pathlib import Path

import pytest

from ui.cli import main, parse

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


SESSION = re.compile(r"^```console\n\$ (youju ask [^\n]*)\n([^$`].*?)^```", re.DOTALL | re.MULTILINE)
COMMANDS = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_the_python_does_what_it_shows(number: int) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_ONLY_FIRST_FAILURE)
    example = doctest.DocTestParser().get_doctest(blocks("python")[number], {}, "README.md", "README.md", 0)
    said: list[str] = []
    result = runner.run(example, out=said.append)
    assert (result.failed, "".join(said)) == (0, "")
    assert result.attempted > 0


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("youju ")])
def test_every_youju_command_is_understood(command: str) -> None:
    arguments = parse(shlex.split(command, comments=True)[1:])
    assert callable(arguments.run)


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_every_make_target_exists(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    target = shlex.split(command, comments=True)[1]
    assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE)


def test_every_command_is_one_of_ours() -> None:
    assert [c for c in COMMANDS if c.split()[0] not in ("make", "youju")] == []
    assert {"make run", "make test"} <= {" ".join(shlex.split(c, comments=True)) for c in COMMANDS}


def test_linked_files_exist() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README) + re.findall(r'src="(?!https?:)([^"]+)"', README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_sessions_end_as_shown() -> None:
    def lasting(text: str) -> str:  # all but how fast and how sure it was, and what was merely near
        text = re.sub(r"^.*(毫秒|ms)$", "", text, flags=re.MULTILINE)
        return re.sub(r"^最接近的段落.*?^```", "```", text, flags=re.DOTALL | re.MULTILINE)

    assert SESSION.search(README)
    assert lasting(refreshed(README)) == lasting(README), "the sessions have changed: make readme"


def refreshed(readme: str) -> str:
    """The README with the output of each of its `youju ask` over the sample corpus."""
    with tempfile.TemporaryDirectory() as store:

        def output(*arguments: str) -> str:
            with contextlib.redirect_stdout(io.StringIO()) as said:
                assert main([*arguments, "--store", store]) == 0
            return said.getvalue()

        output("index", str(ROOT / "data" / "corpus"))

        def session(shown: re.Match[str]) -> str:
            command = shown[1]
            return f"```console\n$ {command}\n{output(*shlex.split(command)[1:])}```"

        return SESSION.sub(session, readme)


if __name__ == "__main__":
    (ROOT / "README.md").write_text(refreshed(README), encoding="utf-8")
