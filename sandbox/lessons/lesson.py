"""A lesson: the exercises about one run."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from sandbox.inspector import Inspector
from sandbox.lessons import lecturing
from sandbox.lessons.checks import Challenge, Check
from sandbox.lessons.forms import Form
from sandbox.lessons.moments import Moment
from sandbox.lessons.predictions import Order, Recipients, Value, may_receive
from sandbox.lessons.rules import rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sandbox.inspector import Recording
    from sandbox.lessons.question import Question
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.topic import TopicId


class Lesson:
    """Asks questions about a run, and checks the answers against what really happened.

    As the last line of a cell each question shows a form; elsewhere it is text. A cell with a
    question that nobody answers does no harm: the notebook goes on.

    Args:
        inspector: the run that the questions are about; without one there are only `check`s.

    Attributes:
        questions: what was asked so far.

    Example:
        >>> import asyncio
        >>> from sandbox import AgentId, Inspector, MessageContext, RoutedAgent
        >>> from sandbox import SingleThreadedAgentRuntime, TopicId, event, type_subscription
        >>> @type_subscription("news")
        ... class Reader(RoutedAgent):
        ...     @event
        ...     async def read(self, message: str, ctx: MessageContext) -> None: ...
        >>> async def main():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     await Reader.register(runtime, "reader", lambda: Reader("Reads."))
        ...     lesson = Lesson(Inspector(runtime))
        ...     question = lesson.predict("hello", topic="news/today")
        ...     print(question)
        ...     await runtime.publish_message("hello", TopicId("news", "today"))
        ...     print(question.check("nobody"))
        >>> asyncio.run(main())
        Predict: 'hello' is published to news/today. Who receives it?
        Tick all that apply:
          [ ] reader/today
          [ ] nobody
        Answer with .check(answer); .hint() helps.
        ✗ Not quite. reader/today gets it. Does a subscription of its type match the topic? \
TypeSubscription('news') does. Does the source of the topic lead to this agent? Yes, the source \
'today' becomes the key: reader/today.
          The rule: The source of the topic becomes the key of the agent: one agent, with a state \
of its own, for each source.
          See delivery #1 event str outside → reader/today via news/today: queued.
    """

    def __init__(self, inspector: Inspector | None = None) -> None:
        self._inspector = inspector
        self.questions: list[Question] = []
        if inspector is not None:
            lecturing.supervise(inspector)

    def predict(
        self,
        message: Any,
        *,
        topic: TopicId | str | None = None,
        among: Iterable[AgentId | str] = (),
        answer: Any = None,
    ) -> Question:
        """Ask who receives a message, before it is sent or at any time later.

        Args:
            message: the message that is going to be sent next; or the number of a delivery.
            topic: where it is going to be published; by default it is sent directly.
            among: the agents to choose from; by default those there are, and those that could
                come to be.
            answer: an answer, to be checked at once: agents as `type/key`, or `nobody`.
        """
        inspector = self._needed()
        if type(message) is int:
            topic = inspector.recording[message].topic
        place = None if topic is None else str(topic)
        options = [str(agent) for agent in among] or may_receive(inspector, place)
        return self._asked(Recipients(inspector, message, place, options), answer)

    def predict_order(self, *among: int | AgentId | str, answer: Any = None) -> Question:
        """Ask in which order deliveries are made, or agents have their first turn from now on.

        Args:
            among: numbers of deliveries, or agents; by default the pending deliveries.
            answer: an answer, to be checked at once: the same in the expected order.

        Raises:
            ValueError: there are fewer than two things to put in order.
        """
        inspector = self._needed()
        parts = [each if isinstance(each, int) else str(each) for each in among]
        parts = parts or [delivery.number for delivery in inspector.queue]
        if len(parts) < 2:  # noqa: PLR2004  # one alone is in order
            raise ValueError("There is nothing to put in order: name two deliveries, or agents.")
        return self._asked(Order(inspector, parts), answer)

    def predict_state(
        self, path: str, *, steps: int | None = 1, rule: str = "state", answer: Any = None
    ) -> Question:
        """Ask what an attribute of an agent is going to be.

        Args:
            path: the attribute, as `type/key.attribute`; see `Inspector.watch`.
            steps: after so many steps from now; 0 is now, and `None` once nothing is left to
                deliver.
            rule: the rule that it is about: a name in `sandbox.lessons.RULES`, or a sentence.
            answer: an answer, to be checked at once; `none` if there is no such agent.

        Raises:
            ValueError: `path` is not written like that.
        """
        inspector = self._needed()
        moment = Moment(inspector.recording, steps)
        return self._asked(Value(inspector, path, moment, rule_of(rule)), answer)

    def check(
        self,
        text: str,
        expected: Callable[[Recording], Any] | str | Sequence[str],
        *,
        options: Iterable[object] = (),
        several: bool = False,
        rule: str,
        about: Callable[[Recording], int | None] | int | None = None,
        answer: Any = None,
    ) -> Question:
        """Ask anything.

        Args:
            text: what is asked.
            expected: what computes the answer from the recording, and returns `None`, or raises
                `LookupError` or `StopIteration`, while it cannot be told. Or one of the options
                (with `several`, a list of them) as `seal` makes it, so that the notebook does
                not show it.
            options: what there is to choose from; without any, the answer is written.
            several: whether more than one may be chosen.
            rule: the rule that it is about: a name in `sandbox.lessons.RULES`, or a sentence.
            about: number of the delivery that shows the answer, or what finds it.
            answer: an answer, to be checked at once.

        Raises:
            ValueError: the answer is sealed, and none of the options.
        """
        choices = tuple(str(option) for option in options)
        kind: Any = "text" if not choices else "ticks" if several else "choice"
        form = Form(kind, choices)
        question = Check(text, form, expected, rule_of(rule), self._inspector, about)
        return self._asked(question, answer)

    def challenge(
        self,
        task: str,
        goal: Callable[[Recording], Any],
        *,
        within: int | None = None,
        rule: str,
        solution: str | None = None,
    ) -> Question:
        """Ask for something to be brought about in this run.

        Args:
            task: what is to be done.
            goal: whether it is done; a number is the delivery that shows it.
            within: how many deliveries it may take, counted from the beginning of the run.
            rule: the rule that it is about: a name in `sandbox.lessons.RULES`, or a sentence.
            solution: how it can be done, as `cover` makes it, so that the notebook does not
                show it: the last hint.
        """
        inspector = self._needed()
        return self._asked(Challenge(task, goal, within, rule_of(rule), inspector, solution), None)

    def _asked(self, question: Question, answer: Any) -> Question:
        self.questions.append(question)
        if lecturing.switches().reveal:
            question.reveal()
        if answer is not None:
            question.check(answer)
        return question

    def _needed(self) -> Inspector:
        if self._inspector is None:
            raise ValueError("This question is about a run: make the lesson with its inspector.")
        return self._inspector

    def __str__(self) -> str:
        passed = sum(question.passed for question in self.questions)
        lines = [f"{passed} of {len(self.questions)} answered rightly."]
        for question in self.questions:
            mark = "✓" if question.passed else "·" if question.feedback is None else "✗"
            lines.append(f"  {mark} {question.title}: {question.text}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"
