"""Whether memory grows: many answers and live runs, one after the other.

python benchmarks/soak.py                              20,000 answers, 200 runs
python benchmarks/soak.py --answers 2000 --runs 20     shorter

Memory is that of the app's own process after a tenth of the calls, and at the end.
"""

import argparse
import time
from typing import Any

from served_app import DRAWING, Served, served, training


def grown(app: Served, name: str, values: dict[str, Any], count: int) -> tuple[float, float, int]:
    """MB after a tenth of so many calls and at the end, and how many were answered."""
    at_first, answered = app.megabytes(), 0
    for number in range(count):
        answered += "event: complete" in app.ask(name, values)
        if number == max(1, count // 10):
            at_first = app.megabytes()
    return at_first, app.megabytes(), answered


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answers", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    print("| what | answered | s | MB at first | MB at the end | growth |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with served() as app:
        for name, values, count in (
            ("predict_digit", DRAWING, options.answers),
            ("train", training(200, 1), options.runs),
        ):
            began = time.monotonic()
            first, last, answered = grown(app, name, values, count)
            seconds, growth = time.monotonic() - began, 100 * (last / first - 1)
            print(
                f"| /{name} | {answered} of {count} | {seconds:.0f} | {first:.0f} | {last:.0f} "
                f"| {growth:+.1f} % |",
                flush=True,
            )


if __name__ == "__main__":
    main()
