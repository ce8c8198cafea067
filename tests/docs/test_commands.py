"""Every command in the README and the docs is run, page by page, as a reader would run it.

A code block of `sh` is run line by line in one folder per page. A block of another language whose first line is a
comment with a file name (`# watch.toml`) is saved under that name. A block after `<!-- not run: why -->` is passed
over. `sargas watch` and `sargas demo` are started, awaited until they answer, and ended with Ctrl-C at the end. Every
other `sargas` is the same program in a fork of a process that has its imports behind it (`forked.py`).
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.forked import SHIM

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"(?P<skip><!-- not run: [^>]+ -->\s*)?^```(?P<language>\w+)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL
)
NAMED = re.compile(r"^(?:#|//)\s*(?P<name>[\w./-]+\.\w+)\s*$")
RUNS_ON = ("sargas watch", "sargas demo")
ANSWERS = re.compile(r"is at http://")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if match["skip"] is None:
            yield match["language"], match["body"]


def has_something_to_run(page: Path) -> bool:
    return any(language == "sh" for language, _ in blocks(page))


def commands(body: str) -> list[str]:
    joined = body.replace("\\\n", " ")
    return [line.split("  #")[0].strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def environment(first: Path | None = None) -> dict[str, str]:
    folders = [*([str(first)] if first is not None else []), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {**os.environ, "PATH": ":".join(folders), "COLUMNS": "200"}


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with a `sargas` that is answered by a process with its imports behind it."""
    folder = tmp_path_factory.mktemp("bin")
    address = str(folder / "socket")
    shim = folder / "sargas"
    shim.write_text(
        SHIM.format(python=sys.executable, address=address, real=str(Path(sys.executable).with_name("sargas"))),
        encoding="utf-8",
    )
    shim.chmod(0o755)
    script = Path(__file__).with_name("forked.py")
    with subprocess.Popen([sys.executable, str(script), address], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield folder
        server.kill()


def start(command: str, folder: Path) -> subprocess.Popen[str]:
    words = shlex.split(command)
    process = subprocess.Popen(
        words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if ANSWERS.search(line):
            return process
    pytest.fail(f"`{command}` ended with {process.wait()} before it answered:\n{''.join(said)}")


def end(command: str, process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0, f"`{command}` ended with {process.returncode}:\n{rest}"


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if has_something_to_run(page)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_commands_of_the_page_work(page: Path, tmp_path: Path, forked: Path) -> None:
    if "curl " in page.read_text(encoding="utf-8") and shutil.which("curl") is None:
        pytest.skip("this page's commands use curl, which is not installed")
    running: list[tuple[str, subprocess.Popen[str]]] = []
    try:
        for language, body in blocks(page):
            first, _, rest = body.partition("\n")
            if (named := NAMED.match(first)) is not None:
                path = tmp_path / named["name"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(rest if path.suffix in {".json", ".jsonl", ".geojson"} else body, encoding="utf-8")
            if language != "sh":
                continue
            for command in commands(body):
                if command.startswith(RUNS_ON):
                    running.append((command, start(command, tmp_path)))
                    continue
                done = subprocess.run(
                    ["bash", "-c", command],
                    cwd=tmp_path, env=environment(forked), capture_output=True, text=True, check=False, timeout=240,
                )  # fmt: skip
                assert done.returncode == 0, f"`{command}` ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        while running:
            end(*running.pop())
    finally:
        for _, process in running:
            process.kill()
            process.wait()
