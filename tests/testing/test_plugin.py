"""The fixtures, in runs of pytest of their own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

AGENTS = """
import asyncio
import pytest
from sandbox import *
from sandbox.testing import *

@default_subscription
class Worker(RoutedAgent):
    closed = []

    @event
    async def hear(self, message: int, ctx: MessageContext) -> None:
        await asyncio.sleep(message)
        if message > 100:
            raise ValueError("too long")

    @rpc
    async def answer(self, message: str, ctx: MessageContext) -> str:
        return message.upper()

    async def close(self):
        self.closed.append(self.id)

async def working(runtime):
    await Worker.register(runtime, "worker", lambda: Worker("Works."))
    await runtime.send_message("hello", AgentId("worker", "default"))
""".replace("await runtime.send", "runtime.start()\n    await runtime.send")

PASSING = """
async def test_a_trace_and_an_inspector(sandbox_runtime, sandbox_trace, sandbox_inspector):
    await working(sandbox_runtime)
    await run_until_idle(sandbox_runtime)
    sandbox_trace.assert_sequence(
        ("request", None, "worker/default", "hello"),
        ("response", "worker/default", None, "HELLO"),
    )
    assert_nothing_unhandled(sandbox_runtime)
    assert_no_problems(sandbox_inspector)
    assert [each.kind for each in sandbox_inspector.recording] == ["request", "response"]

def test_agents_were_closed():
    assert Worker.closed == [AgentId("worker", "default")]

async def test_waiting_takes_no_time(sandbox_runtime, sandbox_time):
    await working(sandbox_runtime)
    await sandbox_runtime.publish_message(100, DefaultTopicId())
    await run_until_idle(sandbox_runtime, timeout=None)
    assert sandbox_time.elapsed == 100.0

async def test_ids_are_counted(sandbox_runtime):
    await working(sandbox_runtime)
    assert TypeSubscription("t", "a").id == "s3"

class TestInAClass:
    @pytest.mark.sandbox_runtime(mailbox="serial", ignore_unhandled_exceptions=True)
    async def test_options(self, sandbox_runtime, sandbox_time):
        await working(sandbox_runtime)
        for _ in range(2):
            await sandbox_runtime.publish_message(101, DefaultTopicId())
        await run_until_idle(sandbox_runtime, timeout=None)
        assert sandbox_time.elapsed == 202.0

def test_that_is_no_coroutine(sandbox_runtime, sandbox_time):
    async def main():
        with sandbox_time:
            await working(sandbox_runtime)
            await sandbox_runtime.publish_message(50, DefaultTopicId())
            await run_until_idle(sandbox_runtime, timeout=None)
    asyncio.run(main())
    assert sandbox_time.elapsed == 50.0

async def test_an_exception_that_was_looked_at(sandbox_runtime, sandbox_time):
    await working(sandbox_runtime)
    await sandbox_runtime.publish_message(101, DefaultTopicId())
    with pytest.raises(ValueError):
        await run_until_idle(sandbox_runtime, timeout=None)
"""

FAILING = """
async def test_unsettled(sandbox_runtime):
    await working(sandbox_runtime)
    sandbox_runtime.stepper.pause()
    await sandbox_runtime.publish_message(0, DefaultTopicId())

async def test_still_handled(sandbox_runtime):
    await working(sandbox_runtime)
    await sandbox_runtime.publish_message(60, DefaultTopicId())
    await asyncio.sleep(0)

async def test_kept(sandbox_runtime, sandbox_time):
    await working(sandbox_runtime)
    await sandbox_runtime.publish_message(101, DefaultTopicId())
    await asyncio.sleep(200)

async def test_unhandled(sandbox_runtime):
    await working(sandbox_runtime)
    await sandbox_runtime.send_message(1.5, AgentId("worker", "default"))
    assert_nothing_unhandled(sandbox_runtime)

async def test_sequence(sandbox_runtime, sandbox_trace):
    await working(sandbox_runtime)
    sandbox_trace.assert_sequence(
        ("request", None, "worker/default", "hello"),
        ("response", "worker/default", None, "hello"),
    )

async def test_own_failure_comes_with_what_was_left(sandbox_runtime):
    await sandbox_runtime.publish_message(0, DefaultTopicId())
    assert "own" == "failure"

def test_no_coroutine(sandbox_runtime):
    async def main():
        await sandbox_runtime.publish_message(0, DefaultTopicId())
    asyncio.run(main())

def test_after_the_failures():
    assert Worker.closed == [AgentId("worker", "default")] * 5
"""

AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
STRICT = ["-W", "error", "--strict-markers", "-p", "no:cacheprovider"]


@pytest.fixture
def outcome(pytester):
    """Run tests of Worker in a pytest of its own, and give what it said."""

    def run(tests, *options, ini=AUTO):
        pytester.makeini(ini)
        pytester.makepyfile(AGENTS + tests)
        return pytester.runpytest_subprocess(*STRICT, *options)

    return run


def test_the_fixtures_need_no_setting_up(outcome):
    outcome(PASSING).assert_outcomes(passed=7)


def test_they_work_with_the_plugin_of_anyio(outcome):
    asyncio_only = "@pytest.fixture\ndef anyio_backend(): return 'asyncio'\n"
    tests = f"{asyncio_only}\npytestmark = pytest.mark.anyio\n{PASSING}"
    ini = "[pytest]\n"
    outcome(tests, "-p", "no:asyncio", ini=ini).assert_outcomes(passed=7)


def test_the_test_in_the_readme_passes(outcome):
    readme = Path(__file__).parents[2] / "README.md"
    setup, *_, test = re.findall(r"```python\n(.*?)```", readme.read_text("utf-8"), flags=re.DOTALL)
    agent = setup.partition("\n\n\nruntime =")[0]
    outcome(f"{agent}\n\n{test}").assert_outcomes(passed=1)


def test_what_is_left_over_fails_the_test_in_words(outcome):
    result = outcome(FAILING)
    result.assert_outcomes(failed=6, passed=2, errors=1)
    result.stdout.fnmatch_lines_random(
        [
            "1 delivery was not settled when the test ended:",
            "  <Delivery #3 event int outside -> worker/default: queued>",
            "  <Delivery #3 event int outside -> worker/default: handling>",
            "A handler of an event raised ValueError('too long'), and the test did not look.",
            '*raise ValueError("too long")',
            "*AssertionError: 1 message was not handled:",
            "*#3 float from outside to worker/default:*",
            "*- 1: ('response', 'worker/default', None, 'hello')",
            "*+ 1: ('response', 'worker/default', None, 'HELLO')",
            "*AssertionError: assert 'own' == 'failure'*",
            "*<Delivery #1 event int outside -> nobody: queued>",
            "*ERROR at teardown of test_no_coroutine*",
        ]
    )
    result.stdout.no_fnmatch_line("*sandbox/testing/*")
    result.stdout.no_fnmatch_line("*entries are hidden*")


def test_the_fixtures_and_the_marker_are_listed(pytester):
    result = pytester.runpytest_subprocess("--fixtures")
    names = ["runtime", "trace", "inspector", "time", "ids"]
    result.stdout.fnmatch_lines_random([f"sandbox_{name} *" for name in names])
    result = pytester.runpytest_subprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.sandbox_runtime(*"])


def test_where_no_agents_are_tested_the_plugin_loads_next_to_nothing():
    script = (
        "import sys, pytest; before = set(sys.modules); import sandbox.testing.plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        "sandbox",
        "sandbox.testing",
        "sandbox.testing.plugin",
        "sandbox.version",
    ]
