"""What people call base models and metrics: the same on the page and on the command line."""

from studio.models.presets import PRESETS
from studio.tasks import TASKS

MODELS = {preset.id: preset.title for preset in PRESETS}
"""Id of a base model → its title."""
UNITS = {metric.name: metric.unit for task in TASKS.values() for metric in task.metrics}
"""Metric → what it is counted in (see `tasks.task.Metric`)."""
METRICS = {"loss": "Loss"} | {metric.name: metric.title for task in TASKS.values() for metric in task.metrics}
"""Name of a metric → its title."""
