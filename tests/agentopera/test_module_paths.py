import importlib

import pytest

import sandbox.agentopera

PATHS = {
    "engine.agent": ["BaseAgent", "RoutedAgent"],
    "engine.protocol.subscription": [
        "DefaultMessageChannel",
        "DefaultSubscription",
        "MessageChannel",
        "Subscription",
        "TopicSubscription",
    ],
    "engine.protocol.subscription.default_subscription": ["DefaultSubscription"],
    "engine.protocol.subscription.message_channel": ["DefaultMessageChannel", "MessageChannel"],
    "engine.protocol.subscription.topic_subscription": ["TopicSubscription"],
    "engine.runtime": ["AgentEngine", "LocalAgentEngine"],
    "engine.runtime.agent_engine": ["AgentEngine", "LocalAgentEngine"],
    "types.agent": ["AgentId", "AgentType"],
}


@pytest.mark.parametrize("path", PATHS)
def test_a_name_is_the_same_object_by_its_path_and_at_the_top(path):
    module = importlib.import_module(f"sandbox.agentopera.{path}")
    for name in PATHS[path]:
        assert getattr(module, name) is getattr(sandbox.agentopera, name)


@pytest.mark.parametrize(
    "name", ["AgentId", "AgentType", "CancellationToken", "MessageContext", "Subscription"]
)
def test_what_is_the_same_in_both_vocabularies_is_the_same_object(name):
    assert getattr(sandbox.agentopera, name) is getattr(sandbox, name)
