import dataclasses

from sandbox import CancellationToken, MessageContext, TopicId


def test_the_fields_stand_in_their_promised_order():
    assert [field.name for field in dataclasses.fields(MessageContext)] == [
        "sender",
        "topic_id",
        "is_rpc",
        "cancellation_token",
        "message_id",
    ]


def test_the_topic_has_a_second_name():
    topic = TopicId("a", "b")
    ctx = MessageContext(None, topic, False, CancellationToken(), "m1")
    assert ctx.message_channel is topic


def test_a_context_can_be_changed():
    ctx = MessageContext(None, None, True, CancellationToken(), "m1")
    ctx.message_id = "m2"
    assert ctx.message_id == "m2"
