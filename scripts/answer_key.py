"""Write the answer key of the challenges in docs/teachers.md anew.

python scripts/answer_key.py
"""

from pathlib import Path

from losslens.ui.i18n import FALLBACK, WORDS
from losslens.ui.lesson.answer_key import answer_key

PAGE = Path(__file__).parents[1] / "docs" / "teachers.md"
MARK = "<!-- key -->\n"


def main() -> None:
    """Replace what stands between the two marks."""
    before, _, after = PAGE.read_text(encoding="utf-8").split(MARK)
    key = answer_key(WORDS[FALLBACK])
    PAGE.write_text(f"{before}{MARK}{key}\n{MARK}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
