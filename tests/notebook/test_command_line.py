"""The command `agent-sandbox`, as somebody types it."""

import os
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from sandbox import Recording, SingleThreadedAgentRuntime, TopicId
from sandbox.inspector import Inspector
from sandbox.notebook.command_line import main
from sandbox.version import __version__

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
async def recorded(tmp_path):
    """A file with a recording of one delivery."""
    inspector = Inspector(SingleThreadedAgentRuntime())
    await inspector.runtime.publish_message("<b>snow</b>", TopicId("weather", "here"))
    await inspector.run()
    file = tmp_path / "run.jsonl"
    inspector.recording.save(file)
    inspector.close()
    return file


@pytest.fixture
def opened(monkeypatch):
    """What was opened in the browser."""
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda url: addresses.append(url) or True)
    return addresses


def test_the_installed_command_says_its_version():
    command = Path(sys.executable).parent / "agent-sandbox"
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"agent-sandbox {__version__}\n"


def test_help_names_each_command_and_gives_examples():
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--help"], capture_output=True, text=True, check=True
    )
    assert "agent-sandbox tour" in done.stdout
    assert "agent-sandbox play run.jsonl" in done.stdout


def test_tour_copies_every_lesson(tmp_path, capsys):
    folder = tmp_path / "lessons"
    assert main(["tour", str(folder), "--copy-only"]) == 0
    wanted = {
        file.relative_to(NOTEBOOKS)
        for file in NOTEBOOKS.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in file.parts
    }
    assert {file.relative_to(folder) for file in folder.rglob("*.ipynb")} == wanted
    assert (folder / "tour.ipynb").read_bytes() == (NOTEBOOKS / "tour.ipynb").read_bytes()
    assert f"copied to {folder}." in capsys.readouterr().out


def test_tour_keeps_what_the_reader_has_changed(tmp_path, capsys):
    (tmp_path / "tour.ipynb").write_text("mine", encoding="utf-8")
    assert main(["tour", str(tmp_path), "--copy-only"]) == 0
    assert (tmp_path / "tour.ipynb").read_text(encoding="utf-8") == "mine"
    assert "1 that were there already are as they were." in capsys.readouterr().out


def test_tour_starts_jupyterlab_on_loopback_in_that_folder(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(subprocess, "call", lambda command: started.append(command) or 0)
    assert main(["tour", str(tmp_path), "--no-browser"]) == 0
    [command] = started
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert {"--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={tmp_path}", "--no-browser"} < {
        *command
    }


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_tour_tells_jupyterlab_that_root_is_meant(user, allowed, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    monkeypatch.setattr(subprocess, "call", lambda command: started.append(command) or 0)
    assert main(["tour", str(tmp_path)]) == 0
    assert ("--allow-root" in started[0]) is allowed


def test_play_opens_a_page_with_the_recording(recorded, opened, capsys):
    assert main(["play", str(recorded)]) == 0
    [address] = opened
    page = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "weather" in page
    assert "<b>snow</b>" not in page
    assert "1 delivery: " in capsys.readouterr().out


def test_play_keeps_the_page_where_it_is_told_to(recorded, opened, tmp_path):
    page = tmp_path / "page.html"
    assert main(["play", str(recorded), "--output", str(page), "--no-browser"]) == 0
    assert page.is_file()
    assert opened == []


def test_play_says_what_a_cut_off_recording_lacks(recorded, opened, capsys):
    text = recorded.read_text(encoding="utf-8")
    recorded.write_text(text[:-20], encoding="utf-8")
    assert main(["play", str(recorded)]) == 0
    assert str(Recording.load(recorded).report) in capsys.readouterr().out


@pytest.mark.parametrize("content", ["no recording\n", "[1, 2]\n"])
def test_play_refuses_what_is_no_recording(content, tmp_path, opened, capsys):
    file = tmp_path / "notes.txt"
    file.write_text(content, encoding="utf-8")
    assert main(["play", str(file)]) == 1
    assert f"{file} is no recording." in capsys.readouterr().err
    assert opened == []


def test_play_says_that_a_file_is_missing(tmp_path, capsys):
    assert main(["play", str(tmp_path / "run.jsonl")]) == 1
    assert "there is no file" in capsys.readouterr().err


def test_play_says_when_no_browser_could_be_started(recorded, monkeypatch, capsys):
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    assert main(["play", str(recorded)]) == 0
    assert "No browser could be started" in capsys.readouterr().out
