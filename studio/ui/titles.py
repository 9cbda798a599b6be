"""What people call base models and metrics: the same on the page and on the command line."""

from studio.models.presets import PRESETS
from studio.tasks import TASKS

MODELS = {preset.id: preset.title for preset in PRESETS}
"""Id of a base model → its title."""
METRICS = {"loss": "Loss"} | {metric.name: metric.title for task in TASKS.values() for metric in task.metrics}
"""Name of a metric → its title."""


def model_title(model_id: str) -> str:
    """Of a base model; a folder's own name for one that the administrator offers."""
    return MODELS.get(model_id, model_id.removeprefix("folder:"))
