"""What a model writes at a check, on the page: beside what it was really asked."""

import pytest
from live_story import new_run

from studio import storage
from studio.data.example import Example, to_parquet
from studio.events import Checked, Sample
from studio.rundir import RunDir
from studio.story import Story
from studio.ui.samples import samples

TEXT = "We set out in fog and saw nothing"


@pytest.mark.parametrize(
    ("model", "asked"),
    [("HuggingFaceTB/SmolLM2-135M", "We set out in"), ("FacebookAI/roberta-base", "We set out in ___ and saw nothing")],
)
def test_of_a_text_only_what_the_model_was_given_is_shown(home, model, asked):
    run = new_run(home)
    config = run.config
    order = config.model_copy(
        update={
            "task": "language-modeling",
            "columns": {"text": "text"},
            "model": config.model.model_copy(update={"id": model}),
        }
    )
    (run.path / "config.json").write_text(order.model_dump_json())
    run = RunDir(run.path)  # the first one remembers its order
    run.part("validation").parent.mkdir()
    storage.write_file(run.part("validation"), to_parquet([Example(7, {"text": TEXT}, None)]))
    story = Story()
    story.tell(
        Checked(step=0, epoch=0, loss=8, metrics={"perplexity": 9.0}, is_best=True, best_step=0, best_value=8,
                chances_left=3, samples=(Sample(row=7, answer="the answer"),))
    )  # fmt: skip
    assert samples(run, story) == [0, [[7, asked, "", "the answer"]]]
