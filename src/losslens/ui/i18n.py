"""What the pages say: one YAML file a language in ``locales``; where a text is missing, English
stands in.

A text is named by its path in the file, such as ``live.start`` or ``losses.focal.note``.
Placeholders in braces are filled with ``str.format``. To add a language, add its file; ``losslens
translations`` lists what it lacks.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from losslens.losses import LOSSES
from losslens.tasks import TASKS

FOLDER = Path(__file__).parent / "locales"
FALLBACK = "en"

# libyaml's, a tenth of the time; PyYAML's own where it was built without.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Tree = Mapping[str, "str | _Tree"]


class Words(Mapping[str, str]):
    """All texts of one language, by their paths; English ones where it has none of its own."""

    def __init__(self, language: str, own: Mapping[str, str], fallback: Mapping[str, str]) -> None:
        self.language = language
        self.own = own
        self._all = {**fallback, **own}

    def __getitem__(self, path: str) -> str:
        return self._all[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def loss(self, key: str) -> str:
        """The name of a loss: what the language calls it, else its label."""
        name = self.get(f"losses.{key}.name")
        return name or (LOSSES[key].label if key in LOSSES else key)

    def loss_in_family(self, key: str) -> str:
        """The name of a loss behind that of its family, for long lists."""
        family = self.get(f"families.{LOSSES[key].family}") if key in LOSSES else ""
        return f"{family}: {self.loss(key)}" if family else self.loss(key)

    def about_loss(self, key: str, part: str) -> str:
        """What is said of a loss: its ``note``, what it ``asks``, when to ``use`` or ``avoid`` it;
        "" where nothing is."""
        return self.get(f"losses.{key}.{part}", "")

    def task(self, key: str, part: str) -> str:
        """A text of a task, or the one for any task, in which ``{task}`` is the task's key."""
        own = self.get(f"tasks.{key}.{part}")
        return self[f"tasks.default.{part}"].replace("{task}", key) if own is None else own

    def tab(self, key: str) -> str:
        """What a tab is called: that of a task, or another of the page."""
        return self.task(key, "tab") if key in TASKS else self.get(f"tabs.{key}", key)

    def label(self, task: str, label: str) -> str:
        """What a class is called on the page; a digit is its own name."""
        return self.get(f"tasks.{task}.labels.{label}", label)

    def names(self, losses: list[str]) -> str:
        """Losses by name, as one enumeration."""
        return self["common.list_comma"].join(self.loss(key) for key in losses)


def read_locale(path: Path) -> dict[str, str]:
    """The texts of a language file by their paths. Raises ValueError for a file of another form."""
    tree = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # safe, both
    if not isinstance(tree, dict) or not isinstance(tree.get("language"), str):
        raise ValueError(f"{path} must be a YAML mapping with the entry language, its own name")
    return dict(_flat(tree))


def _flat(tree: _Tree, above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        path = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        else:
            yield path, str(value)


def load_locales(folder: Path = FOLDER) -> dict[str, Words]:
    """The words of every language file in ``folder``, by its name without .yaml; English first."""
    texts = {path.stem: read_locale(path) for path in sorted(folder.glob("*.yaml"))}
    english = texts.get(FALLBACK) or read_locale(FOLDER / f"{FALLBACK}.yaml")
    languages = [FALLBACK, *(language for language in texts if language != FALLBACK)]
    return {each: Words(each, texts.get(each, english), english) for each in languages}


WORDS: dict[str, Words] = load_locales()


def missing(language: str) -> list[str]:
    """The paths of the texts that a language takes from English."""
    return [path for path in WORDS[FALLBACK] if path not in WORDS[language].own]
