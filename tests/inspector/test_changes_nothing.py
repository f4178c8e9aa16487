"""The inspector changes nothing: the same objects, order, results, exceptions and prints.

Nor does it find problems in the notebooks but those that they are about.
"""

import asyncio
import doctest
import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from inspected_programs import BOSS, PROGRESS, WORKER, DropTasks, Log, Progress, Sleeper, Task, crew

import sandbox
from sandbox import AgentId, Inspector, TopicId, TypeSubscription
from sandbox.runtime.watching import watch_new_runtimes

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/**/*.ipynb"))
# What goes wrong in a lesson, so that it can be seen.
SHOWN = {
    "04_subscriptions": {"no_recipient"},
    "05_rpc_and_events": {"unhandled", "topic_only"},
    "07_cancellation": {"caller_gone"},
    "08_errors_and_dead_letters": {"failed", "unhandled", "stuck"},
    "09_shared_state": {"changed"},
    "10_two_subscriptions_one_agent": {"double"},
    "15_debugging_a_broken_system": {"changed", "unhandled", "double", "stuck", "no_recipient"},
    "aggregator_with_cancellation": {"caller_gone"},
}
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(sandbox.__path__, "sandbox.")
    if not module.name.endswith("__main__")
)


async def quick_tasks(runtime, log):
    return await runtime.send_message(Task("t"), WORKER)


async def delegation(runtime, log):
    return await asyncio.gather(
        runtime.send_message(Task("a"), BOSS), runtime.send_message(Task("b"), BOSS)
    )


async def failures(runtime, log):
    await runtime.publish_message(Progress("bad"), PROGRESS)
    return await asyncio.gather(
        runtime.send_message(Task("impossible"), WORKER),
        runtime.send_message(Task("secret"), WORKER),
        runtime.send_message("no handler", WORKER),
        return_exceptions=True,
    )


async def sleeping(runtime, log):
    await Sleeper.register(runtime, "sleeper", lambda: Sleeper(log))
    await runtime.add_subscription(TypeSubscription("tasks", "sleeper"))
    await runtime.publish_message(Task("nap"), TopicId("tasks", "default"))


async def changing_while_it_runs(runtime, log):
    await runtime.publish_message(Progress("one"), PROGRESS)
    await runtime.remove_subscription("progress-monitor")
    await runtime.publish_message(Progress("two"), PROGRESS, sender=AgentId("auditor", "default"))


PROGRAMS = (quick_tasks, delegation, failures, sleeping, changing_while_it_runs)


async def played(program, capsys, inspect):
    """What a program does: agents' logs, prints and results, with identities made comparable."""
    log = Log()
    runtime = await crew(log, intervention_handlers=[DropTasks()])
    inspector = inspect(runtime)
    if inspector is None or not inspector.paused:
        runtime.start()
    work = asyncio.create_task(program(runtime, log))
    await asyncio.sleep(0)
    if inspector is not None and inspector.paused:
        while not work.done() or inspector.queue:
            if await inspector.run() == 0:
                await asyncio.sleep(0)
        runtime.start()
        inspector.resume()
    result = await work
    await runtime.stop_when_idle(timeout=10)
    # Which of the objects were one and the same, not where they lay in memory.
    order = {address: place for place, address in enumerate(dict.fromkeys(a for *_, a in log))}
    heard = [(name, kind, order[address]) for name, kind, address in log]
    return heard, capsys.readouterr().out, repr(result)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.filterwarnings("default")
async def test_a_run_is_the_same_without_inspector_recorded_and_stepped(program, capsys):
    alone = await played(program, capsys, lambda runtime: None)
    recorded = await played(program, capsys, lambda runtime: Inspector(runtime, paused=False))
    stepped = await played(program, capsys, Inspector)
    assert alone == recorded == stepped


@pytest.fixture(scope="module")
def notebook_runs():
    """What all notebooks show, alone and inspected."""
    script = Path(__file__).with_name("notebook_run.py")
    running = [
        subprocess.Popen(
            [sys.executable, script, mode, *NOTEBOOKS], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for mode in ("alone", "inspected")
    ]
    return [json.loads(each.communicate()[0].splitlines()[-1]) for each in running]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_the_same_with_an_inspector_at_every_runtime(path, notebook_runs):
    alone, inspected = (runs[str(path)] for runs in notebook_runs)
    assert inspected["deliveries"] == alone["deliveries"]
    assert inspected["cells"] == alone["cells"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_no_problems_but_those_that_it_shows(path, notebook_runs):
    found = {kind for kind, _ in notebook_runs[1][str(path)]["problems"]}
    assert found == SHOWN.get(path.stem, set()), notebook_runs[1][str(path)]["problems"]


def test_what_notebooks_do_is_seen(notebook_runs):
    assert sum(len(run["deliveries"]) for run in notebook_runs[0].values()) > 20


def test_every_example_of_the_documentation_is_the_same_with_an_inspector_at_every_runtime():
    stop = watch_new_runtimes(lambda runtime: Inspector(runtime, paused=False))
    try:
        ran = [
            doctest.testmod(
                importlib.import_module(name),
                optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
            )
            for name in MODULES
        ]
    finally:
        stop()
    assert sum(result.failed for result in ran) == 0
    assert sum(result.attempted for result in ran) > 300
