import asyncio

import pytest
from runtime_parts import TOPIC, Puppet, add, agent, come_to_rest, new_runtime

from sandbox import (
    AgentId,
    CancellationToken,
    DefaultInterventionHandler,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
)


class Diary:
    """Notes what handlers say they do, in order."""

    def __init__(self):
        self.lines = []

    def note(self, puppet, message):
        self.lines.append(f"{puppet.id}: {message}")

    async def hear(self, puppet, message, ctx):
        self.note(puppet, message)


@pytest.fixture(name="diary")
def a_diary():
    return Diary()


async def test_recipients_start_in_the_order_of_subscribing(mode, diary):
    runtime, _ = new_runtime()
    for name in ("a", "b", "c"):
        await add(runtime, name, diary.hear)
    for name in ("c", "a", "b"):
        await runtime.add_subscription(TypeSubscription("news", name))
    async with mode(runtime):
        await runtime.publish_message("1", TOPIC)
        await runtime.publish_message("2", TOPIC)
    assert diary.lines == [
        "c/default: 1",
        "a/default: 1",
        "b/default: 1",
        "c/default: 2",
        "a/default: 2",
        "b/default: 2",
    ]


async def test_requests_and_events_are_delivered_in_the_order_they_were_sent(mode, diary):
    runtime, books = new_runtime()
    await add(runtime, "a", diary.hear, topics=["news"])
    await add(runtime, "b", diary.hear)
    await runtime.publish_message("1", TOPIC)
    first = asyncio.create_task(runtime.send_message("2", agent("b")))
    await come_to_rest()
    await runtime.publish_message("3", TOPIC)
    second = asyncio.create_task(runtime.send_message("4", agent("a")))
    await come_to_rest()
    async with mode(runtime):
        await asyncio.gather(first, second)
    assert diary.lines == ["a/default: 1", "b/default: 2", "a/default: 3", "a/default: 4"]
    assert books.verdicts() == [
        "event -> a/default: handled",
        "request -> b/default: handled",
        "event -> a/default: handled",
        "request -> a/default: handled",
        "response -> outside: handled",
        "response -> outside: handled",
    ]


async def test_what_a_handler_publishes_is_delivered_before_its_caller_has_the_answer(mode, diary):
    async def work(puppet, message, ctx):
        await puppet.publish_message("started", TOPIC)
        await puppet.publish_message("completed", TOPIC)
        return "done"

    runtime, _ = new_runtime()
    await add(runtime, "worker", work)
    await add(runtime, "monitor", diary.hear, topics=["news"])
    async with mode(runtime):
        diary.lines.append(await runtime.send_message("go", agent("worker")))
    assert diary.lines == ["monitor/default: started", "monitor/default: completed", "done"]


async def test_handlers_of_one_agent_take_turns_at_their_awaits(mode, diary):
    async def talk(puppet, message, ctx):
        diary.note(puppet, f"{message} begins")
        await puppet.send_message(message, agent("b"))
        diary.note(puppet, f"{message} ends")

    runtime, _ = new_runtime()
    await add(runtime, "a", talk, topics=["news"])
    await add(runtime, "b", diary.hear)
    await runtime.publish_message("1", TOPIC)
    await runtime.publish_message("2", TOPIC)
    async with mode(runtime):
        pass
    assert diary.lines == [
        "a/default: 1 begins",
        "a/default: 2 begins",
        "b/default: 1",
        "b/default: 2",
        "a/default: 1 ends",
        "a/default: 2 ends",
    ]


async def test_an_agent_may_call_itself(mode):
    async def countdown(puppet, message, ctx):
        return [message, *(await puppet.send_message(message - 1, puppet.id))] if message else []

    runtime, _ = new_runtime()
    await add(runtime, "a", countdown)
    async with mode(runtime):
        assert await runtime.send_message(3, agent("a")) == [3, 2, 1]


async def test_all_recipients_get_the_same_object_and_id_but_contexts_of_their_own(mode):
    seen = []

    async def look(puppet, message, ctx):
        seen.append((message, ctx))

    runtime, _ = new_runtime()
    await add(runtime, "a", look, topics=["news"])
    await add(runtime, "b", look, topics=["news"])
    message, token = ["by reference"], CancellationToken()
    async with mode(runtime):
        await runtime.publish_message(message, TOPIC, sender=agent("x"), cancellation_token=token)
    [(first, one), (second, other)] = seen
    assert first is message
    assert second is message
    assert one is not other
    assert one == other
    assert (one.sender, one.topic_id, one.is_rpc, one.message_id) == (
        agent("x"),
        TOPIC,
        False,
        "m1",
    )
    assert one.cancellation_token is token


async def test_a_request_carries_its_sender_and_no_topic(mode):
    seen = []

    async def look(puppet, message, ctx):
        seen.append((ctx.sender, ctx.topic_id, ctx.is_rpc, ctx.message_id))

    runtime, books = new_runtime()
    await add(runtime, "a", look)
    async with mode(runtime):
        await runtime.send_message("hi", agent("a"), sender=agent("nobody", "knows"))
        await runtime.send_message("hi", agent("a"), message_id="my own")
        await runtime.send_message("hi", agent("a"))
    assert seen == [
        (agent("nobody", "knows"), None, True, "m1"),
        (None, None, True, "my own"),
        (None, None, True, "m2"),
    ]
    assert runtime.last_published == "m2"
    response = books.queued[1]
    assert (response.kind, response.sender, response.recipient, response.message_id) == (
        "response",
        agent("a"),
        agent("nobody", "knows"),
        "m1",
    )
    assert response.context.is_rpc


async def test_a_publication_that_nobody_receives_is_still_delivered_to_nobody(mode):
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TopicId("News", "default"))
    assert books.verdicts() == ["event -> outside: no_recipient"]
    assert repr(books.queued[0]) == "<Delivery #1 event str outside -> nobody: no_recipient>"


async def test_the_sender_is_skipped_but_not_another_agent_of_its_type(mode, diary):
    runtime, books = new_runtime()
    await add(runtime, "a", diary.hear, topics=["news"])
    await add(runtime, "b", diary.hear, topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("1", TOPIC, sender=agent("a"))
        await runtime.publish_message("2", TOPIC, sender=agent("a", "other"))
    assert diary.lines == ["b/default: 1", "a/default: 2", "b/default: 2"]
    assert books.verdicts() == [
        "event -> a/default: skipped_sender",
        "event -> b/default: handled",
        "event -> a/default: handled",
        "event -> b/default: handled",
    ]


async def test_a_publication_that_only_its_sender_would_receive_goes_to_nobody(mode):
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC, sender=agent("a"))
    assert books.verdicts() == [
        "event -> a/default: skipped_sender",
        "event -> outside: no_recipient",
    ]


async def test_an_agent_that_two_subscriptions_match_gets_the_message_twice(mode, diary):
    runtime, books = new_runtime()
    await add(runtime, "a", diary.hear, topics=["news"])
    await runtime.add_subscription(TypePrefixSubscription("ne", "a", id="by prefix"))
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
    assert diary.lines == ["a/default: hi"] * 2
    assert [d.subscriptions for d in books.queued] == [("a on news",), ("by prefix",)]


async def test_the_source_of_a_topic_is_the_key_of_the_agent(mode, diary):
    runtime, _ = new_runtime()
    await add(runtime, "a", diary.hear, topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("1", TopicId("news", "x"))
        await runtime.publish_message("2", TopicId("news", "y"))
        await runtime.publish_message("3", TopicId("news", "x"))
    assert diary.lines == ["a/x: 1", "a/y: 2", "a/x: 3"]
    assert list(runtime.agents) == [AgentId("a", "x"), AgentId("a", "y")]


async def test_a_subscription_to_an_unregistered_type_costs_the_others_nothing(mode, diary, caplog):
    runtime, books = new_runtime()
    await runtime.add_subscription(TypeSubscription("news", "wroker"))
    await add(runtime, "worker", diary.hear, topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
    assert diary.lines == ["worker/default: hi"]
    assert books.verdicts() == [
        "event -> wroker/default: undeliverable",
        "event -> worker/default: handled",
    ]
    warned, failed = [r.getMessage() for r in caplog.records]
    assert warned == (
        "TypeSubscription('news' -> 'wroker') names an agent type that is not registered (yet). "
        "Registered: none."
    )
    assert failed.startswith("Undeliverable: str (delivery #1) from outside to wroker/default.")
    assert failed.endswith("Did you mean 'worker'? Registered: 'worker'.")


class Everything:
    """A subscription of a class of one's own, which misbehaves as told."""

    id = "everything"

    def __init__(self, answer):
        self.answer = answer

    def is_match(self, topic_id):
        return True

    def map_to_agent(self, topic_id):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("answer", [ValueError("no"), "a/default", None, ["a"]])
async def test_a_subscription_that_misbehaves_costs_the_others_nothing(mode, diary, answer, caplog):
    runtime, books = new_runtime()
    await add(runtime, "a", diary.hear, topics=["news"], mailbox="serial")
    await runtime.add_subscription(Everything(answer))
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
    assert books.verdicts() == ["event -> a/default: handled"]
    assert [r.getMessage().split(";")[0] for r in caplog.records] == [
        "Subscription Everything('everything') raised for topic news/default and was passed over"
    ]


async def test_a_subscription_of_a_class_of_ones_own_works(mode, diary):
    runtime, _ = new_runtime()
    await add(runtime, "a", diary.hear)
    await runtime.add_subscription(Everything(agent("a", "the one")))
    async with mode(runtime):
        await runtime.publish_message("1", TOPIC)
        await runtime.publish_message("2", TopicId("other", "x"))
    assert diary.lines == ["a/the one: 1", "a/the one: 2"]


async def test_nothing_overtakes_a_message_while_an_intervention_works_on_it(mode, diary):
    class Slow(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            return message

    runtime, _ = new_runtime(intervention_handlers=[Slow()])
    await add(runtime, "a", diary.hear, topics=["news"])
    await add(runtime, "b", diary.hear, topics=["news"])
    await runtime.publish_message("1", TOPIC)
    call = asyncio.create_task(runtime.send_message("2", agent("a")))
    await come_to_rest()
    await runtime.publish_message("3", TOPIC)
    async with mode(runtime):
        await call
    assert diary.lines == [
        "a/default: 1",
        "b/default: 1",
        "a/default: 2",
        "a/default: 3",
        "b/default: 3",
    ]


async def test_a_publication_is_intercepted_once_and_all_recipients_get_the_result(mode, diary):
    class Count(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return message + 1

    runtime, _ = new_runtime(intervention_handlers=[Count()])
    await add(runtime, "a", diary.hear, topics=["news"])
    await add(runtime, "b", diary.hear, topics=["news"])
    async with mode(runtime):
        await runtime.publish_message(0, TOPIC)
    assert diary.lines == ["a/default: 1", "b/default: 1"]


async def test_a_sender_is_a_label_and_never_built(mode):
    built = []

    def factory():
        built.append(1)
        return Puppet(None)

    runtime, _ = new_runtime()
    await add(runtime, "a", topics=["news"])
    await add(runtime, "sender", factory=factory)
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC, sender=agent("sender"))
        await runtime.publish_message("hi", TOPIC, sender=agent("unknown"))
        await runtime.send_message("hi", agent("a"), sender=agent("sender"))
    assert built == []


async def test_message_ids_are_short_and_count_up(mode):
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    async with mode(runtime):
        assert runtime.last_published is None
        await runtime.publish_message("x", TOPIC)
        assert runtime.last_published == "m1"
        await runtime.publish_message("x", TOPIC, message_id="mine")
        await runtime.send_message("x", agent("a"))
    assert [(d.number, d.message_id) for d in sorted(books.queued, key=lambda d: d.number)] == [
        (1, "m1"),
        (2, "mine"),
        (3, "m2"),
        (4, "m2"),
    ]
