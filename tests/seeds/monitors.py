"""An agent that hears of progress, for all statements."""

from dataclasses import dataclass

from sandbox import MessageContext, RoutedAgent, event


@dataclass
class Progress:
    state: str
    time: float = 0.0


class Monitor(RoutedAgent):
    """Keeps what it hears: one instance for each source."""

    def __init__(self) -> None:
        super().__init__("Monitor")
        self.heard = []

    @event
    async def hear(self, message: Progress, ctx: MessageContext) -> None:
        if ctx.topic_id:
            print(f"heard on {ctx.topic_id.type}/{ctx.topic_id.source}")
        assert not ctx.is_rpc
        self.heard.append(message)
        print(f"monitor {self.id.key}: {message.state}")
