"""At every moment, what is computed from the records equals what is live in the runtime."""

import pytest
from any_run import AnyRun, runs
from hypothesis.stateful import invariant, rule

from sandbox import Inspector
from sandbox.runtime.instruments import Instrument

pytestmark = pytest.mark.usefixtures("quiet")  # the runs log a lot


class Witness(Instrument):
    """Keeps all deliveries, to compare what became of them."""

    def __init__(self):
        self.deliveries = {}

    def delivery_queued(self, delivery):
        self.deliveries[delivery.number] = delivery


def text(identity):
    return None if identity is None else str(identity)


def live(runtime):
    """What the runtime is now, in plain data."""
    return {
        "queue": [delivery.number for delivery in runtime.stepper.pending],
        "under way": {
            number: (str(d.state), text(d.recipient), d.subscriptions)
            for number, d in runtime.deliveries.items()
        },
        "agents": [str(agent_id) for agent_id in runtime.agents],
        "subscriptions": [subscription.id for subscription in runtime.subscriptions],
        "types": [(name, made.mailbox) for name, made in runtime.registrations.items()],
        "free": not runtime.stepper.paused,
        "started": runtime.started,
        "policy": runtime.stepper.policy,
        "paused mailboxes": sorted(map(str, runtime.stepper.paused_mailboxes)),
    }


def recorded(run):
    """The same of a state computed from records."""
    return {
        "queue": run.queue,
        "under way": {
            number: (d.state, d.recipient, d.subscriptions)
            for number, d in run.deliveries.items()
            if d.verdict is None
        },
        "agents": list(run.agents),
        "subscriptions": list(run.subscriptions),
        "types": [(name, made.mailbox) for name, made in run.types.items()],
        "free": run.mode == "running",
        "started": run.started,
        "policy": run.policy,
        "paused mailboxes": sorted(run.paused_mailboxes),
    }


class RecordsAndRuntime(AnyRun):
    """Compares them after each thing that is done, and once more at the end as of each moment."""

    def __init__(self):
        super().__init__()
        self.moments = []
        self.late = None

    async def _begin(self, intercepted, started):
        await super()._begin(intercepted, started)
        self.witness = Witness()
        self.runtime.add_instrument(self.witness)

    @rule()
    def attach_another_inspector(self):
        if self.late is not None:
            self.runtime.remove_instrument(self.late._recorder)
        lost = [d for d in self.runtime.deliveries.values() if d.open_calls]
        answered = {d.request.cause if d.request else d.cause for d in self.inspector.queue}
        # A call whose message was lost before the recording began has left no trace.
        if all(turn.number in answered for turn in lost):
            self.late = Inspector(self.runtime, paused=self.inspector.paused)
        else:
            self.late = None

    @invariant()
    def the_records_say_what_the_runtime_is(self):
        if not hasattr(self, "runtime"):
            return
        now = live(self.runtime)
        assert recorded(self.inspector.recording.state) == now
        self.moments.append((self.inspector.recording.last, now))
        for number, delivery in self.witness.deliveries.items():
            known = self.inspector.recording[number]
            assert (known.verdict, known.recipient, known.cause, known.kind) == (
                delivery.verdict,
                text(delivery.recipient),
                delivery.cause,
                delivery.kind,
            )
        if self.late is not None:
            afterwards = recorded(self.late.recording.state)
            assert afterwards["under way"].keys() == now["under way"].keys()
            assert {**afterwards, "free": None} == {**now, "free": None}

    def teardown(self):
        try:
            for seq, moment in self.moments:
                assert recorded(self.inspector.recording.at(seq)) == moment
        finally:
            super().teardown()


TestRecordsAndRuntime = RecordsAndRuntime.TestCase
TestRecordsAndRuntime.settings = runs(60)
