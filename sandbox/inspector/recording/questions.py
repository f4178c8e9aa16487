"""What may be asked of a recording, besides how things stood."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import os

    import networkx as nx

    from sandbox.inspector.diagnosis.problem import Problem
    from sandbox.inspector.diagnosis.problems import Problems
    from sandbox.inspector.explaining.explanation import Explanation
    from sandbox.inspector.explaining.why import Why
    from sandbox.inspector.recording.recording import Recording
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.topic import TopicId


class Questions:
    """The part of a recording that explains it and puts it into other forms.

    What answers is only loaded when it is asked.
    """

    _asked_why: Why | None = None
    _asked_problems: Problems | None = None

    @property
    def _itself(self) -> Recording:
        return cast("Recording", self)

    def why(
        self,
        message: Any,
        agent: AgentId | str | None = None,
        *,
        topic: TopicId | str | None = None,
        sender: AgentId | str | None = None,
    ) -> Explanation:
        """Explain why an agent got a message, or did not, as far as it was recorded.

        Args:
            message: as for `Inspector.why`.
            agent: likewise.
            topic: likewise.
            sender: likewise.

        Returns:
            The routing decisions in order, as `Inspector.why` does.

        Raises:
            LookupError: there is no such delivery or message id.
            ValueError: agent or topic is not written as it should be, or the agent is missing.

        Example:
            >>> from sandbox.inspector import Recording
            >>> explanation = Recording().why("soup", "kitchen/s1", topic="orders/s1")
            >>> explanation.first_failing.question
            'Is the agent type registered?'
        """
        from sandbox.inspector.explaining.why import Why

        if self._asked_why is None:
            self._asked_why = Why(self._itself)
        return self._asked_why(message, agent, topic=topic, sender=sender)

    @property
    def problems(self) -> list[Problem]:
        """What went wrong, or looks wrong, as far as it was recorded; see `Inspector.problems`."""
        from sandbox.inspector.diagnosis.problems import Problems

        if self._asked_problems is None:
            self._asked_problems = Problems(self._itself)
        return self._asked_problems()

    def to_frame(self) -> Any:
        """The deliveries as a pandas table; see `sandbox.inspector.pictures.exports.frame_of`.

        Returns:
            A `pandas.DataFrame` with a row per delivery.

        Raises:
            ModuleNotFoundError: pandas is not installed.

        Example:
            >>> from sandbox.inspector import Recording
            >>> len(Recording().to_frame())
            0
        """
        from sandbox.inspector.pictures.exports import frame_of

        return frame_of(self._itself)

    def to_mermaid(self, limit: int | None = 200) -> str:
        """A Mermaid sequence diagram; see `sandbox.inspector.pictures.exports.mermaid_of`.

        Args:
            limit: draw the newest deliveries only, so many; `None` draws all.

        Returns:
            The text of the diagram.

        Raises:
            ValueError: `limit` is less than 0.

        Example:
            >>> from sandbox.inspector import Recording
            >>> print(Recording().to_mermaid(), end="")
            sequenceDiagram
        """
        from sandbox.inspector.pictures.exports import mermaid_of

        return mermaid_of(self._itself, limit)

    def to_networkx(self) -> nx.DiGraph:
        """The deliveries and their causes; see `sandbox.inspector.pictures.exports.causes_of`.

        Returns:
            A graph with a node per delivery and an edge from each cause.

        Example:
            >>> from sandbox.inspector import Recording
            >>> print(Recording().to_networkx())
            DiGraph with 0 nodes and 0 edges
        """
        from sandbox.inspector.pictures.exports import causes_of

        return causes_of(self._itself)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """A page that plays the recording; see `sandbox.inspector.pictures.player.player_of`.

        Args:
            path: a file to write it to, in place of what is there.

        Returns:
            The page, as one text without anything to load.

        Raises:
            OSError: the file cannot be written.

        Example:
            >>> from sandbox.inspector import Recording
            >>> Recording().to_html()[:15]
            '<!doctype html>'
        """
        from sandbox.inspector.pictures.player import player_of

        page = player_of(self._itself)
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page
