"""What groups of values in an order have in common."""

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """Settings that belong together on the page: frozen, nothing unknown, help from the docstrings."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
