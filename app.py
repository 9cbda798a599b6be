"""What a Space, or `python app.py`, starts: the studio as a web server."""

import sys

from studio.ui.server import serve

if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit("app.py takes no options. Start it with: studio serve, which has them (see: studio serve --help).")
    serve()
