"""What a person typed, checked at the border: the error names the value and what is allowed."""

from collections.abc import Collection


def one_of(name: str, value: str, choices: Collection[str]) -> None:
    """Raise ValueError, naming the choices, unless ``value`` is one of them."""
    if value not in choices:
        raise ValueError(f"unknown {name} {value!r}; choose from {', '.join(choices)}")


def within(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError, naming the range, unless ``value`` lies in it, ends included."""
    if not low <= value <= high:  # also catches NaN
        raise ValueError(f"{name} is {value}; it must be from {low} to {high}")
