"""Where the files lie that the studio ships: styles, scripts and example tables."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
ASSETS = next(folder for folder in (_PACKAGE / "_assets", _PACKAGE.parent / "assets") if folder.is_dir())
"""In an installed wheel the folder lies inside the package, in a checkout beside it."""
