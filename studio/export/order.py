"""`train.json`: the whole order of a run, for `studio train FILE --config train.json` to train it again."""

import re
import shlex

from studio.config import RunConfig
from studio.rundir import RunDir


def order_json(run: RunDir) -> str:
    """The run's settings, split shares, seed and the digest of its table, as `RunConfig.parse` reads them.

    The same table, order and machine lead to the same model. Folders are cut off file names: they are nobody's business.
    """
    return _without_folders(run.config).model_dump_json(indent=1) + "\n"


def train_again(config: RunConfig) -> str:
    """The command that trains the same model again, for a shell in the folder of `train.json` and the tables."""
    source = config.source
    again = f"studio train {shlex.quote(file_name(source.file) or 'your-table.csv')} --config train.json"
    return again + (f" --test {shlex.quote(file_name(source.test_file))}" if source.test_file else "")


def file_name(text: str) -> str:
    """The last part of what may be a path of any system."""
    return re.split(r"[\\/]", text)[-1]


def _without_folders(config: RunConfig) -> RunConfig:
    source = config.source
    names = {"file": file_name(source.file), "test_file": file_name(source.test_file)}
    return config.model_copy(update={"source": source.model_copy(update=names)})
