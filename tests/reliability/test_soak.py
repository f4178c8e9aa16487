"""A minute of the soak, and some of the kills, of which the benchmarks make ten times as many."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(script, *options):
    command = [sys.executable, BENCHMARKS / script, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_random_traffic_with_every_fault_there_is_loses_nothing_for_a_minute():
    soak = run("soak.py", "--seconds", "60")
    assert soak.returncode == 0, soak.stdout + soak.stderr
    for verdict in (
        "handled",
        "unhandled",
        "failed",
        "dropped",
        "undeliverable",
        "no_recipient",
        "skipped_sender",
        "cancelled",
        "stranded",
    ):
        assert f" {verdict} " in soak.stdout, f"the traffic knows no {verdict}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_killed_at_any_moment_loses_at_most_the_last_record():
    kills = run("kill.py", "--kills", "20")
    assert kills.returncode == 0, kills.stdout + kills.stderr
