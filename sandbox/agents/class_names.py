"""Telling classes apart that look the same to a reader."""


def readable(cls: type) -> str:
    """The name of a class as its author would say it, without the function it is local to."""
    return cls.__qualname__.rpartition("<locals>.")[2]


def same_name(one: type, other: type) -> bool:
    """Tell whether two classes have the same name in the same module."""
    return one.__qualname__ == other.__qualname__ and one.__module__ == other.__module__


def is_redefinition(one: type, other: type) -> bool:
    """Tell whether two classes are one class of a notebook or script, defined more than once.

    Running a notebook cell again makes new class objects; whoever does so means the same type.
    """
    return one.__module__ == "__main__" and same_name(one, other)
