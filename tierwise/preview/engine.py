"""Runs the unchanged program in process and returns what it would create."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import os
import runpy
import sys
import time
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pulumi
import pulumi.runtime
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import ROOT

from tierwise.preview.errors import ConfigError, EngineError
from tierwise.preview.guard import offline
from tierwise.preview.loop import InlineEventLoop
from tierwise.preview.monitor import Monitor
from tierwise.preview.plan import Diagnostic, Plan, ProgramError, Severity
from tierwise.preview.project import Project, StackConfig, load_project, load_stack_config
from tierwise.preview.recording import Recording
from tierwise.preview.sdk import PositionedRPCManager, adapted_sdk
from tierwise.preview.sources import SourcePositions
from tierwise.preview.tracebacks import describe
from tierwise.preview.values import readable

_ORGANIZATION: Final = "organization"
_SEVERITIES: Final[dict[int, Severity]] = {
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


def plan(
    project_dir: Path,
    stack: str,
    *,
    stack_outputs: Mapping[str, Mapping[str, Any]] | None = None,
    alter: Callable[[Project, str, StackConfig], None] | None = None,
) -> Plan:
    """Preview one stack of a project.

    The program is run as the CLI runs it: its folder is the working directory and ``sys.path[0]``, and the stack's
    configuration is what ``pulumi.Config`` reads. Plans may follow one another in one Python process; they must not
    overlap.

    Args:
        project_dir: The folder of ``Pulumi.yaml``.
        stack: The stack's name, as in ``Pulumi.<stack>.yaml``.
        stack_outputs: Outputs of other stacks by full name (``organization/<project>/<stack>``), for stack references.
            Without them a stack reference's outputs are unknown.
        alter: Changes the stack's configuration before the program reads it; None to plan what the files say.

    Returns:
        The plan. A program that fails leaves its error in ``Plan.error``.

    Raises:
        ConfigError: The project, the stack or its configuration is wrong; nothing was planned.
    """
    project = load_project(project_dir)
    config = load_stack_config(project, stack)
    if alter is not None:
        alter(project, stack, config)
    recording = Recording()
    sources = SourcePositions(str(project.directory))
    monitor = Monitor(
        project=project.name,
        stack=stack,
        organization=_ORGANIZATION,
        config=config.values,
        secret_keys=config.secret_keys,
        sources=sources,
        recording=recording,
        stack_outputs=stack_outputs or {},
    )
    started = time.perf_counter()
    with _surroundings(project, recording):
        error = contextvars.copy_context().run(
            _run, project, stack, config.values, config.secret_keys, monitor, recording
        )
    return Plan(
        project=project.name,
        stack=stack,
        config=config.values,
        secret_keys=config.secret_keys,
        resources=recording.ordered(),
        outputs=recording.stack_outputs,
        diagnostics=recording.diagnostics,
        error=error,
        duration=time.perf_counter() - started,
    )


def _run(
    project: Project, stack: str, config: dict[str, str], secret_keys: set[str], monitor: Monitor, recording: Recording
) -> ProgramError | None:
    """Run the program inside its own context and event loop."""
    settings = pulumi.runtime.Settings(
        project=project.name,
        stack=stack,
        monitor=monitor,
        engine=_Engine(recording),
        parallel=1,
        dry_run=True,
        organization=_ORGANIZATION,
        root_directory=str(project.directory),
    )
    # The SDK declares these two as read-only properties and assigns them all the same.
    vars(pulumi.runtime.Settings)["callbacks"].fset(monitor.callbacks)
    vars(pulumi.runtime.Settings)["rpc_manager"].fset(PositionedRPCManager())
    ROOT.set(None)
    pulumi.runtime.configure(settings)
    pulumi.runtime.config.set_all_config(config, sorted(secret_keys))
    loop = InlineEventLoop()
    # Futures of resources that were never registered are left behind when a program fails; the error says enough.
    loop.set_exception_handler(lambda _loop, _context: None)
    asyncio.set_event_loop(loop)
    try:
        with adapted_sdk(), offline() as refusals:
            program = _Program(project)
            try:
                loop.run_until_complete(pulumi.runtime.run_in_stack(program.run))
                error = None
            except BaseException as raised:  # SystemExit included: a preview reports, and never ends the caller
                error = _program_error(program.first(raised), project, recording)
        for refusal in dict.fromkeys(refusals):
            if error is None or refusal not in error.message:
                recording.diagnostics.append(Diagnostic("error", refusal))
        return error
    finally:
        _close(loop)


class _Program:
    """The user's program, and what its top level raised."""

    def __init__(self, project: Project) -> None:
        self._path = str(project.program)
        self._raised: BaseException | None = None
        self._traceback: TracebackType | None = None

    def run(self) -> None:
        """Run it as ``__main__``."""
        try:
            runpy.run_path(self._path, run_name="__main__")
        except BaseException as error:
            self._raised, self._traceback = error, error.__traceback__
            raise

    def first(self, raised: BaseException) -> BaseException:
        """The error to report: what the program raised, with its own lines, rather than what the SDK made of it.

        When a call fails, the SDK raises the call's error again without the program's lines.
        """
        if self._raised is None or isinstance(raised, EngineError):
            return raised
        return self._raised.with_traceback(self._traceback)


def _program_error(raised: BaseException, project: Project, recording: Recording) -> ProgramError | None:
    if isinstance(raised, KeyboardInterrupt):
        raise raised
    if isinstance(raised, ConfigError):
        raise raised
    if isinstance(raised, SystemExit):
        if raised.code in (None, 0):
            return None
        error = ProgramError(f"the program ended with exit status {raised.code}")
    elif isinstance(raised, EngineError):
        error = _engine_error(raised, project)
    elif isinstance(raised, pulumi.RunError):
        problems = getattr(raised, "problems", None)
        if isinstance(problems, list):
            raise ConfigError([str(problem) for problem in problems]) from raised  # type: ignore[reportUnknownVariableType]
        error = ProgramError(readable(str(raised)))
    else:
        described = describe(raised, project.program_dir)
        error = ProgramError(
            f"Program failed with an unhandled exception:\n{described.message}",
            described.file,
            described.line,
            raised=raised,
        )
    recording.diagnostics.append(Diagnostic("error", error.message, error.urn))
    return error


def _engine_error(raised: EngineError, project: Project) -> ProgramError:
    if raised.source is None:
        return ProgramError(raised.message, urn=raised.urn)
    path, _, line = raised.source.removeprefix("project:///").rpartition("#")
    return ProgramError(raised.message, os.path.normpath(project.directory / path), int(line), raised.urn)


def _close(loop: InlineEventLoop) -> None:
    tasks = loop.unfinished()
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    asyncio.set_event_loop(None)
    loop.close()


class _Engine:
    """The engine's service for messages; the rest of it is not needed by programs of this SDK."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._root = ""

    def Log(self, request: engine_pb2.LogRequest) -> empty_pb2.Empty:  # noqa: N802
        """Keep a message unless it is for debugging or ephemeral."""
        severity = _SEVERITIES.get(request.severity)
        if severity is not None and not request.ephemeral:
            self._recording.diagnostics.append(Diagnostic(severity, readable(request.message), request.urn))
        return empty_pb2.Empty()

    def GetRootResource(self, _request: engine_pb2.GetRootResourceRequest) -> engine_pb2.GetRootResourceResponse:  # noqa: N802
        """The root's URN as set."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: engine_pb2.SetRootResourceRequest) -> engine_pb2.SetRootResourceResponse:  # noqa: N802
        """Note the root's URN."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(  # noqa: N802
        self, _request: engine_pb2.RequirePulumiVersionRequest
    ) -> engine_pb2.RequirePulumiVersionResponse:
        """Any version will do: the SDK is pinned, and there is no CLI."""
        return engine_pb2.RequirePulumiVersionResponse()


class _Lines(TextIOBase):
    """A text stream that records each line as a diagnostic."""

    def __init__(self, recording: Recording, severity: Severity) -> None:
        self._recording = recording
        self._severity: Severity = severity
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._recording.diagnostics.append(Diagnostic(self._severity, readable(line)))
        return len(text)

    def close(self) -> None:
        if self._rest:
            self.write("\n")
        super().close()


@contextmanager
def _surroundings(project: Project, recording: Recording) -> Generator[None]:
    """The program's working directory, path, arguments and streams; everything is put back afterwards."""
    directory, path, arguments, environment = os.getcwd(), list(sys.path), list(sys.argv), dict(os.environ)
    logger = logging.getLogger("asyncio")
    level = logger.level
    collecting = gc.isenabled()
    with ExitStack() as stack:
        stack.enter_context(_modules(project.program_dir))
        stack.enter_context(_default_warnings())
        out = stack.enter_context(_Lines(recording, "info"))
        err = stack.enter_context(_Lines(recording, "info#err"))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        try:
            os.chdir(project.program_dir)
            sys.argv = [str(project.program)]
            sys.path.insert(0, str(project.program_dir))
            for name in [name for name in os.environ if name.startswith("PULUMI_CONFIG")]:
                del os.environ[name]
            logger.setLevel(logging.CRITICAL)
            # Registrations live as long as the plan does: collecting in between only walks them again and again.
            gc.disable()
            yield
        finally:
            if collecting:
                # Straight to the oldest generation: nothing in it is worth a collection now.
                gc.freeze()
                gc.unfreeze()
                gc.enable()
            logger.setLevel(level)
            os.chdir(directory)
            sys.path[:] = path
            sys.argv = arguments
            os.environ.clear()
            os.environ.update(environment)


@contextmanager
def _default_warnings() -> Generator[None]:
    """Python's own choice of warnings, whatever the caller (a test runner, say) has chosen for itself."""
    with warnings.catch_warnings():
        if not sys.warnoptions:
            for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
                warnings.simplefilter("ignore", category)
        yield


#: Modules that programs loaded from their own folder, by folder.
_loaded: dict[str, set[str]] = {}


@contextmanager
def _modules(folder: Path) -> Generator[None]:
    """Keep the modules of one program's folder out of the next program's way, and keep them loaded for their own."""
    for other in [other for other in _loaded if other != str(folder)]:
        for name in _loaded.pop(other):
            sys.modules.pop(name, None)
    own_names = {entry.stem for entry in folder.iterdir() if entry.suffix == ".py" or entry.is_dir()}
    hidden = {
        name: module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in own_names and name != "__main__" and not _is_inside(module, folder)
    }
    hidden = {name: module for name, module in hidden.items() if not _is_library(module)}
    before = set(sys.modules)
    for name in hidden:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in set(sys.modules) - before | set(hidden):
            module = sys.modules.get(name)
            if module is not None and _is_inside(module, folder):
                if name in hidden:
                    del sys.modules[name]
                else:
                    _loaded.setdefault(str(folder), set()).add(name)
        sys.modules.update(hidden)


def _is_inside(module: Any, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(f"{folder}{os.sep}") and "site-packages" not in file


def _is_library(module: Any) -> bool:
    file = getattr(module, "__file__", None)
    return not isinstance(file, str) or "site-packages" in file or file.startswith(os.path.dirname(os.__file__))
