"""Exercises for a notebook: predict what happens, see it happen, and learn by which rule.

`Lesson(inspector)` asks; the run itself gives the answers. `classroom` is for lecturers.
"""

from sandbox.lessons.feedback import Feedback, Remark
from sandbox.lessons.lecturing import Switches, classroom
from sandbox.lessons.lesson import Lesson
from sandbox.lessons.question import Question
from sandbox.lessons.rules import RULES, Rule
from sandbox.lessons.sealing import cover, seal

__all__ = [
    "RULES",
    "Feedback",
    "Lesson",
    "Question",
    "Remark",
    "Rule",
    "Switches",
    "classroom",
    "cover",
    "seal",
]
