"""Stories with the curves a test wants: one step event a step, one check where it says."""

from studio.events import Checked, Event, Started, Step
from studio.story import Story


def events_of(
    losses: list[float], checks: list[tuple[int, float]], *, watch: str = "loss", patience: int = 3, stops: bool = True
) -> list[Event]:
    """`losses` of steps 1, 2 …; `checks` as (step, validation loss). The watched value is the loss, or 1 − loss for others."""
    mode = "min" if watch == "loss" else "max"
    said: list[Event] = [
        Started(total_steps=100, steps_per_epoch=50, epochs=2, check_every=10, train_rows=500, validation_rows=50, watch=watch,
                watch_mode=mode, patience=patience, early_stopping=stops, device="cpu", precision="float32")
    ]  # fmt: skip
    best, best_step, idle = float("inf"), 0, 0
    steps = {step: loss for step, loss in enumerate(losses, 1)}
    for step in range(max([*steps, *(at for at, _ in checks)], default=0) + 1):
        if step in steps:
            said.append(Step(step=step, epoch=step / 50, loss=steps[step], learning_rate=1e-4))
        for at, loss in checks:
            if at == step:
                is_best = loss < best
                best, best_step, idle = (loss, step, 0) if is_best else (best, best_step, idle + 1)
                said.append(
                    Checked(step=step, epoch=step / 50, loss=loss, metrics={"loss": loss, "macro_f1": 1 - loss}, is_best=is_best,
                            best_step=best_step, best_value=best if watch == "loss" else 1 - best, chances_left=patience - idle)
                )  # fmt: skip
    return [event.model_copy(update={"seq": seq, "time": float(seq)}) for seq, event in enumerate(said, 1)]


def told(losses: list[float], checks: list[tuple[int, float]], **more: object) -> Story:
    return Story.of(events_of(losses, checks, **more))  # type: ignore[arg-type]
