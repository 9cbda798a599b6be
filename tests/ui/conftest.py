"""What tests of the page share."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette


@pytest.fixture
def serving_bare() -> Callable[[Any], Starlette]:
    """From routes to a bare application with Gradio's facts about logins; nobody has to log in."""

    def serve(routes: Any) -> Starlette:
        application: Any = Starlette(routes=routes)
        application.auth = application.auth_dependency = None
        application.cookie_id, application.tokens = "abc", {}
        return application

    return serve
