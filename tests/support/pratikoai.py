"""PratikoAI's program for tests: how to import it, and how its callers speak to it."""

from __future__ import annotations

import base64
import functools
import importlib.util
import json
import sys
from types import ModuleType
from typing import Any

from tests.support.stacks import ROOT

FUNCTION = ROOT / "workloads/functions/pratikoai/function"

if str(FUNCTION) not in sys.path:
    sys.path.append(str(FUNCTION))


@functools.cache
def handlers() -> ModuleType:
    """The module of the functions, under a name of its own: other systems have a ``lambda_handler`` too."""
    spec = importlib.util.spec_from_file_location("pratikoai_handlers", FUNCTION / "lambda_handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def basic(user: str, password: str) -> str:
    """A ``Basic`` header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def rest_event(method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    """A request as a REST API hands it to a function."""
    return {
        "httpMethod": method,
        "path": path,
        "headers": more.pop("headers", {}),
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"authorizer": more.pop("claims", None)},
        **more,
    }
