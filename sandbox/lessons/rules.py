"""The rules of message passing that exercises are about, each in one sentence."""

from typing import Final, NamedTuple

from sandbox.inspector.explaining import delivery_decisions, handler_decisions, routing_decisions
from sandbox.inspector.explaining.why import SENT


class Rule(NamedTuple):
    """A rule, and where to look to see it at work.

    Attributes:
        sentence: the rule.
        look: where to look, without giving it away.
    """

    sentence: str
    look: str


RULES: Final = {
    "answer": Rule(
        "An answer is a delivery like any other: it joins the end of the queue, and the caller "
        "goes on only once it is delivered.",
        "Look at the Queue after the handler has ended: what is the last line?",
    ),
    "cancelled": Rule(
        "Cancelling ends the waiting of the caller. The message is still delivered, and a handler "
        "goes on unless it looks at its cancellation token.",
        "Look at the verdict of the request in the Log, and at what the handler printed.",
    ),
    "context": Rule(
        "The MessageContext says who sent a message (nobody, if it came from outside), under "
        "which topic (none, if it was sent directly), whether an answer is awaited, and its id.",
        "Click the delivery and open the tab Context.",
    ),
    "default": Rule(
        "A default topic made inside a handler has the key of that agent as its source, so "
        "conversations with different keys stay apart; made outside, its source is 'default'.",
        "Look at the column topic of the Log: which source do the messages have?",
    ),
    "dropped": Rule(
        "A lost message is not an error: nobody is told, and a caller waits on, unless the drop "
        "is made with an error or the caller has a timeout.",
        "Look at Problems, and at the state of the caller's task.",
    ),
    "error": Rule(
        "An exception travels back to whoever awaits the answer. A publisher awaits nothing, so "
        "it never hears of it.",
        "Look in the Log for the delivery with the cross, and for an answer to it.",
    ),
    "exact_class": Rule(
        "A handler takes exactly the class that its hint names; a subclass is another class.",
        "Select the delivery and press Why: which class does it ask for?",
    ),
    "intervention": Rule(
        "An intervention sees each message once, as it leaves the queue and before any agent "
        "does; it passes it on, changes it, or drops it.",
        "Look at the message of the delivery before and after the step.",
    ),
    "key": Rule(
        "The source of the topic becomes the key of the agent: one agent, with a state of its "
        "own, for each source.",
        "Select the subscription in the picture: which source leads to which key?",
    ),
    "kind": Rule(
        "@rpc takes what is sent with send_message, @event what is published, and "
        "@message_handler takes both.",
        "Select the delivery and press Why: was it sent, or published?",
    ),
    "lazy": Rule(
        "An agent is made when the first message for it is delivered, not when its type is "
        "registered.",
        "Look for the agent's chip in the picture: is its border dashed?",
    ),
    "match": Rule(
        "Of several handlers for one class, the first in alphabetical order whose match= says "
        "yes takes the message.",
        "Select the delivery and press Why.",
    ),
    "order": Rule(
        "Deliveries go in the order of the queue, first in, first out, unless somebody chooses "
        "another; what is sent meanwhile joins at the end.",
        "Read the Queue from the top, and think of what each delivery will add at its end.",
    ),
    "queued": Rule(
        "Sending puts a message into the queue. The receiver runs when it is delivered, not "
        "before.",
        "Look at the Queue: what stands there has not been handled yet.",
    ),
    "reference": Rule(
        "A message is not copied. The sender and all recipients share one object, and a change "
        "to it is seen by everyone who looks later.",
        "Look at Problems, and at the tab Message of the delivery.",
    ),
    "registered": Rule(
        "Only a registered agent type gets messages.",
        "Look for the agent type in the picture.",
    ),
    "sender": Rule(
        "The agent that publishes does not get its own message; other agents of its type do.",
        "Look at who the sender is, type and key, in the tab Context.",
    ),
    "sent": Rule(
        "send_message reaches exactly the one agent that it names.",
        "Look at the recipient of the delivery in the Log.",
    ),
    "serial": Rule(
        "With an interleaved mailbox an agent takes other messages while one of its handlers "
        "awaits. With a serial one it does not: then agents that wait for each other wait for "
        "ever.",
        "Look at which turns are open at the same time, and who waits for whom.",
    ),
    "state": Rule(
        "What an agent remembers changes only while one of its handlers runs.",
        "Click the agent and open the tab State.",
    ),
    "subscribed": Rule(
        "A published message reaches the agent types that subscribe to its topic type, letter "
        "by letter, and nobody else. That may be nobody at all.",
        "Follow the lines that leave the topic in the picture.",
    ),
    "twice": Rule(
        "There is one delivery for each subscription that matches: two subscriptions, two turns.",
        "Count the deliveries with the same message_id in the Log.",
    ),
}

# Which rule a decision of `inspector.why` applies.
OF_DECISIONS: Final = {
    SENT: "sent",
    routing_decisions.REGISTERED: "registered",
    routing_decisions.SUBSCRIBED: "subscribed",
    routing_decisions.KEY: "key",
    routing_decisions.SENDER: "sender",
    routing_decisions.ONCE: "twice",
    delivery_decisions.QUEUE: "queued",
    delivery_decisions.INTERVENTION: "intervention",
    delivery_decisions.RAISED: "error",
    delivery_decisions.ANSWER: "answer",
    handler_decisions.CLASS: "exact_class",
    handler_decisions.KIND: "kind",
    handler_decisions.MATCH: "match",
}


def rule_of(name: str) -> Rule:
    """A rule by its name in `RULES`; any other text is a rule itself.

    Example:
        >>> rule_of("sent").sentence
        'send_message reaches exactly the one agent that it names.'
        >>> rule_of("Cooks do not wash up.").look
        'Look at the Log.'
    """
    return RULES.get(name) or Rule(name, "Look at the Log.")
