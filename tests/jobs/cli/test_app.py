"""The command line from outside: names, help texts, exit codes, and that help is light."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from jobs.cli.app import GROUPS, app, in_front, main
from tests.golden import same_as_golden

ROOT = Path(__file__).resolve().parents[3]
NAMES = {
    "demo", "night", "run", "check", "status", "doctor", "sql", "look", "document", "account", "campaign", "specimens",
    "train", "model", "evaluate", "release", "schema", "report",
}  # fmt: skip
NESTED = {"model": {"list", "promote"}, "release": {"list", "rollback", "sql"}}


def commands() -> dict[str, list[str]]:
    """Every command's words, by name."""
    for name in GROUPS:
        import_module(f"jobs.cli.{name}")
    found = get_command(app).commands
    nested = {f"{name} {inner}": [name, inner] for name in NESTED for inner in found[name].commands}
    return {name: [name] for name in found} | nested


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a call."""
    with pytest.raises(SystemExit) as left:
        main(list(words))
    printed = capsys.readouterr()
    code = left.value.code
    return (code if isinstance(code, int) else 0), printed.out, printed.err


def test_every_promised_command_is_there() -> None:
    found = commands()
    assert {words[0] for words in found.values()} >= NAMES
    assert all(f"{name} {inner}" in found for name, inners in NESTED.items() for inner in inners)


def test_help_moves_only_on_purpose(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    pages = []
    for name, words in sorted(commands().items()):
        code, page, _ = said(capsys, *words, "--help")
        assert (code, name) == (0, name)
        pages.append(f"$ lookback {name} --help\n{page.strip()}\n")
    same_as_golden(request, "help.txt", "\n".join(pages))


def test_a_help_text_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom jobs.cli import main\n"
        "try:\n    main(['look', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([n for n in ('pyspark', 'torch', 'mlflow', 'cv2', 'pandas') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ["schema", "scores", "--lake", "l", "--set", "a.b=1", "--set=c=2"],
        ["--set", "a.b=1", "schema", "--set=c=2", "--lake", "l", "scores"],
        ["--lake", "l", "--set", "a.b=1", "--set=c=2", "schema", "scores"],
    ],
)
def test_common_options_stand_before_or_after_the_name(words: list[str]) -> None:
    front = in_front(words)
    assert front[-2:] == ["schema", "scores"]
    assert sorted(front[:-2]) == sorted(["--lake", "l", "--set", "a.b=1", "--set=c=2"])


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["schema", "scores"], 0, ""),
        (["schema", "nothing"], 65, "no table or drop folder 'nothing'"),
        (["nonsense"], 2, "No such command"),
        (["night"], 2, "Missing option '--date'"),
        (["check", "--set", "how.worker.batch=0", "x"], 65, "how.worker.batch"),
        (["night", "--date", "2026-03-01", "--until", "noon", "--lake", "x"], 65, "--until noon"),
        (["run", "nonsense", "--date", "2026-03-01", "--lake", "x"], 65, "no step 'nonsense'"),
        (["--log", "xml", "schema"], 65, "--log xml"),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], words: list[str], code: int, told: str) -> None:
    left, _, errors = said(capsys, *words)
    assert (left, told in " ".join(errors.split())) == (code, True)


def test_results_alone_stand_on_stdout(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, printed, errors = said(capsys, "check", str(tmp_path))
    assert (code, printed) == (65, "")
    assert errors.startswith("BadLake: ")
    assert "Traceback" not in errors
