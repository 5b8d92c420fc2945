"""A served store asked by many at once: answers a second, times, and errors."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evals.statistics import Percentiles, percentiles
from rag.errors import StoreError

CLIENTS = (1, 8, 32)
READY_WITHIN = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Load:
    """What so many clients, each asking again once answered, were given. `wrong` counts every status but 200."""

    clients: int
    seconds: float
    answers_per_second: float
    ask_ms: Percentiles
    wrong: int

    def to_dict(self) -> dict[str, object]:
        return {
            "clients": self.clients,
            "seconds": round(self.seconds, 2),
            "answers_per_second": round(self.answers_per_second, 1),
            "ask_ms": self.ask_ms.to_dict(),
            "wrong": self.wrong,
        }


@dataclass(frozen=True, slots=True)
class Served:
    """A running service and how long it took to be ready, in seconds."""

    port: int
    ready_seconds: float
    peak_mb: float


@contextmanager
def served(store: Path) -> Iterator[Served]:
    """`youju serve` of a store in a process of its own, on a free port of this machine.

    Raises:
        StoreError: it did not get ready; the message ends with what it said.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = store.parent / "serve.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui", "serve", "--store", str(store), "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while not _is_ready(port):
                if process.poll() is not None or time.perf_counter() - began > READY_WITHIN:
                    said = log.read_text(encoding="utf-8", errors="replace")[-600:]
                    raise StoreError(f"youju serve was not ready within {READY_WITHIN:.0f} s: {said}")
                time.sleep(0.02)
            ready, resident = time.perf_counter() - began, _resident_mb(process.pid)
            while not _page_stands(port) and time.perf_counter() - began < READY_WITHIN:
                time.sleep(0.1)  # it is built beside the first answers, which would be slowed
            yield Served(port, ready, resident)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _is_ready(port: int) -> bool:
    return bool(_readiness(port))


def _page_stands(port: int) -> bool:
    return _readiness(port).get("page") != "starting"


def _readiness(port: int) -> dict[str, object]:
    """What /readyz tells; nothing while it is not ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        told = json.loads(response.read())
        return dict(told) if response.status == 200 else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()


def _resident_mb(pid: int) -> float:
    """0 where /proc does not say."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next((line for line in status.read_text().splitlines() if line.startswith("VmRSS")), "VmRSS: 0 kB")
    return round(int(line.split()[1]) / 1024, 1)


def load(port: int, questions: Sequence[str], *, clients: int, seconds: float) -> Load:
    """Each client keeps one connection and asks /api/ask the questions by turns, for so many seconds."""
    spent: list[list[float]] = [[] for _ in range(clients)]
    wrong = [0] * clients
    stop = time.perf_counter() + seconds

    def ask_on(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        turn = number
        while time.perf_counter() < stop:
            body = json.dumps({"question": questions[turn % len(questions)]})
            turn += clients
            began = time.perf_counter()
            try:
                connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                response.read()
                good = response.status == 200
            except (OSError, http.client.HTTPException):
                connection.close()
                good = False
            if good:
                spent[number].append(1000 * (time.perf_counter() - began))
            else:
                wrong[number] += 1
        connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=ask_on, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    times = [one for each in spent for one in each]
    return Load(clients, took, len(times) / took, percentiles(times), sum(wrong))


def cold_start(store: Path, question: str, *, times: int = 5) -> dict[str, float | bool]:
    """`youju ask` as a whole process: the median of a few, in seconds, and whether it brought torch in."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "ui", "ask", question, "--store", str(store), "--json"],
            check=True,
            capture_output=True,
            timeout=120,
        )
        spent.append(time.perf_counter() - began)
    check = "import sys, ui.cli; ui.cli.main(sys.argv[1:]); sys.stderr.write(str('torch' in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", check, "ask", question, "--store", str(store), "--json"],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    return {
        "median_seconds": round(sorted(spent)[len(spent) // 2], 3),
        "slowest_seconds": round(max(spent), 3),
        "torch_imported": done.stderr.strip().endswith("True"),
    }
