from sandbox import AgentId, CancellationToken, DefaultInterventionHandler, MessageContext


async def test_the_default_handler_changes_nothing():
    handler, message, agent = DefaultInterventionHandler(), object(), AgentId("a", "k")
    ctx = MessageContext(None, None, True, CancellationToken(), "m1")
    assert await handler.on_send(message, message_context=ctx, recipient=agent) is message
    assert await handler.on_publish(message, message_context=ctx) is message
    assert await handler.on_response(message, sender=agent, recipient=None) is message
