"""`predict.py`: the program that asks an exported model. A real file in assets, so that it is read and checked like code."""

from importlib.metadata import PackageNotFoundError, version

from studio.assets import ASSETS

NEEDS = ("torch", "transformers", "safetensors")


def script_text() -> str:
    """The program; the same for every model, since all it must know stands in `head.json`."""
    return (ASSETS / "predict.py").read_text(encoding="utf-8")


def requirements_text() -> str:
    """What the program needs, in the versions the model was made with (asked of the installation, not imported)."""
    return "".join(f"{name}{_pin(name)}\n" for name in NEEDS)


def _pin(name: str) -> str:
    try:
        return f"=={version(name).partition('+')[0]}"  # a local build's suffix, as +cpu, is on no index
    except PackageNotFoundError:
        return ""
