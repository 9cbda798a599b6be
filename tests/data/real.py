"""Where real labeled files lie: beside the checkout, where there are some. Tests have small ones of their own besides."""

from pathlib import Path

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
