"""What is suggested where the model is to write texts: each a value, and one sentence why (see `models.suggest`)."""

from studio.models.sizing import gigabytes

NO_HEAD = "Without effect here: a model that writes gets no new head."
FREEZE = (False, "No: a model that writes learns which words to say with the same table.")


def trains(usual: str, need: int, free: int, adapters: int = 0) -> tuple[str, str]:
    """`usual` is the task's own way; `need` and `free` are bytes of memory for tuning the whole model; `adapters` what they need
    beside whole weights, where weights of 4 bits would do as well, else 0."""
    if adapters > free:
        return "qlora", (
            f"Adapters beside weights of 4 bits: beside whole ones they need about {gigabytes(adapters)} of memory, more than is free."
        )
    if usual == "lora":
        return "lora", "Adapters: the model writes already, and learns your way of it without losing what it knows."
    if need > free:
        return "lora", f"Adapters: tuning the whole model needs about {gigabytes(need)} of memory, more than is free."
    return "whole", "The whole model: what it is to write is new to it, and there is memory for it here."


def learning_rate(family: str, trains: str) -> tuple[float, str]:
    """Adapters want large steps, decoders that are tuned whole the smallest."""
    if trains in ("lora", "qlora"):
        return 2e-4, "2e-4: adapters start from nothing and need larger steps than pretrained weights."
    if family == "encoder-decoder":
        return 1e-4, "1e-4: models that read one text and write another carry large steps."
    return 2e-5, "2e-5: small steps, so that the model does not forget how to write."
