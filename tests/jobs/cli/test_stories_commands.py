"""The commands that say why, from their arguments to what is printed; none of these starts Spark."""

import json

import pytest

from jobs.cli import app, stories
from jobs.cli.app import main
from tests.fakes_released import world


@pytest.fixture(autouse=True)
def _released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "_released", lambda _: world())
    monkeypatch.setattr(app, "_with_commands", lambda: None)


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*words])
    code = ended.value.code
    return code if isinstance(code, int) else 0


@pytest.mark.parametrize(("command", "name"), [("document", "D-1"), ("account", "A-1"), ("campaign", "C-3F9A")])
def test_json_is_one_array_of_one_object(command: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, name, "--format", "json") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told[f"{command.replace('document', 'doc')}_id"] == name


def test_the_lake_given_stands_in_what_to_type_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("account", "A-1", "--lake", "my lake") == 0
    assert "lookback campaign C-3F9A --lake 'my lake'" in capsys.readouterr().out


def test_an_unknown_id_is_final_and_says_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("document", "D-77") == 65
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no document 'D-77'" in printed.err
    assert "Near it: D-1" in printed.err


def test_values_are_shown_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("document", "D-1") == 0
    assert "1983-04-12" not in capsys.readouterr().out
    assert run("document", "D-1", "--values") == 0
    assert "1983-04-12" in capsys.readouterr().out
