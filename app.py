"""What a Space, or `python app.py`, starts: the studio as a web server."""

from studio.ui.server import serve

if __name__ == "__main__":
    serve()
