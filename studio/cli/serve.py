"""`studio serve`: the page."""

import argparse

from studio.cli.terminal import complain


def serve(asked: argparse.Namespace) -> int:
    """Until Ctrl-C."""
    complain("Starting the studio …")
    from studio.ui import server  # noqa: PLC0415 - imports gradio, which takes seconds

    server.serve(
        asked.home,
        host=asked.host,
        port=asked.port,
        auth=asked.auth,
        allow_open=asked.allow_open,
        spare=not asked.no_spare,
        open_browser=asked.browser,
    )
    return 0
