"""The tasks: ``TASKS``, one record each, in the order in which they are shown.

To add a task, write one file here with its ``Task``, and one line below; its texts go into
``ui/locales``.
"""

from losslens.tasks.base import Task
from losslens.tasks.digits import DIGITS
from losslens.tasks.fashion import FASHION
from losslens.tasks.pets import PETS

__all__ = ["TASKS", "Task"]

TASKS: dict[str, Task] = {task.key: task for task in (DIGITS, PETS, FASHION)}
