import pytest
from runtime_parts import add, agent, new_runtime, outcome_of

from sandbox import DefaultSubscription, TypePrefixSubscription


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (
            ["worker", "monitor"],
            "Did you mean 'worker'? Registered: 'monitor', 'worker'.",
        ),
        (["other"], "Registered: 'other'."),
        ([], "Registered: none."),
    ],
)
async def test_an_unknown_recipient_is_refused_with_a_suggestion(known, words):
    runtime, books = new_runtime()
    for name in known:
        await add(runtime, name)
    error = await outcome_of(runtime.send_message("hi", agent("Worker")))
    assert str(error) == (
        "Recipient not found: no agent type 'Worker' is registered, "
        f"so this str cannot be sent to Worker/default. {words}"
    )
    assert isinstance(error, LookupError)
    assert books.queued == []


async def test_a_recipient_or_topic_of_the_wrong_kind_is_refused():
    runtime, books = new_runtime()
    with pytest.raises(TypeError, match="must be an AgentId, not 'worker'"):
        await runtime.send_message("hi", "worker")
    with pytest.raises(TypeError, match="topic_id must be a TopicId, not 'news'"):
        await runtime.publish_message("hi", "news")
    assert books.queued == []


async def test_equal_subscriptions_are_refused():
    runtime, _ = new_runtime()
    await add(runtime, "a", topics=["default"])
    with pytest.raises(ValueError, match="Subscription already exists"):
        await runtime.add_subscription(DefaultSubscription(agent_type="a"))
    with pytest.raises(ValueError, match="Subscription already exists"):
        await runtime.add_subscription(TypePrefixSubscription("x", "a", id="a on default"))
    error = await outcome_of(runtime.remove_subscription("a on defualt"))
    assert isinstance(error, ValueError)
    assert isinstance(error, LookupError)
    assert "Did you mean 'a on default'?" in str(error)
