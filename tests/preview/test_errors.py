"""Programs that fail: the user's own lines, and the right kind of error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.preview.case import planned, write
from tierwise.preview.engine import plan
from tierwise.preview.errors import ConfigError
from tierwise.preview.plan import ProgramError


def _error(folder: Path, source: str, **options: str) -> ProgramError:
    error = planned(folder, source, fails=True, **options).error  # type: ignore[reportArgumentType]
    assert error is not None
    for frame in ("site-packages", "tierwise", "asyncio", "runpy"):
        assert frame not in error.message
    return error


def test_an_exception_shows_the_users_lines_only(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def double(x):\n    return x / 0\n")
    error = _error(tmp_path, "import helper\n\n\ndef run():\n    helper.double(2)\n\n\nrun()\n")
    assert error.message.splitlines() == [
        "Program failed with an unhandled exception:",
        "Traceback (most recent call last):",
        f'  File "{tmp_path}/__main__.py", line 8, in <module>',
        "    run()",
        f'  File "{tmp_path}/__main__.py", line 5, in run',
        "    helper.double(2)",
        f'  File "{tmp_path}/helper.py", line 2, in double',
        "    return x / 0",
        *(["           ~~^~~"] if "~~^~~" in error.message else []),
        "ZeroDivisionError: division by zero",
    ]
    assert (error.file, error.line) == (str(tmp_path / "helper.py"), 2)


def test_an_exception_in_an_apply(tmp_path: Path) -> None:
    error = _error(tmp_path, 'import pulumi\npulumi.Output.from_input(1).apply(\n    lambda x: x["a"]\n)\n')
    assert error.line == 3
    assert error.message.endswith("TypeError: 'int' object is not subscriptable")


def test_a_wrong_argument_to_a_resource(tmp_path: Path) -> None:
    error = _error(tmp_path, 'import pulumi_aws as aws\naws.s3.Bucket("a", bukcet="x")\n')
    assert error.line == 2
    assert "unexpected keyword argument 'bukcet'" in error.message


def test_a_value_that_cannot_be_sent_names_the_resource_and_its_line(tmp_path: Path) -> None:
    source = 'import pulumi_aws as aws\naws.s3.Bucket("a")\naws.s3.Bucket("b", bucket=object())\naws.s3.Bucket("c")\n'
    error = _error(tmp_path, source)
    assert (error.file, error.line) == (str(tmp_path / "__main__.py"), 3)
    assert "unexpected input of type object for bucket in Bucket" in error.message
    assert "While processing resource: 'b'" in error.message


def test_a_wrong_argument_to_a_function_has_its_line(tmp_path: Path) -> None:
    error = _error(tmp_path, "import pulumi_aws as aws\naws.get_region(name=object())\n")
    assert error.line == 2


def test_a_syntax_error(tmp_path: Path) -> None:
    error = _error(tmp_path, "import os\nx = = 1\n")
    assert (error.file, error.line) == (str(tmp_path / "__main__.py"), 2)
    assert "SyntaxError: invalid syntax" in error.message


def test_a_missing_module(tmp_path: Path) -> None:
    error = _error(tmp_path, "import nothing_of_that_name\n")
    assert error.line == 1
    assert error.message.endswith("ModuleNotFoundError: No module named 'nothing_of_that_name'")


def test_a_run_error_is_its_message(tmp_path: Path) -> None:
    error = _error(tmp_path, 'import pulumi\nraise pulumi.RunError("no zone for example.com")\n')
    assert error.message == "no zone for example.com"


def test_missing_configuration_is_the_sdks_message(tmp_path: Path) -> None:
    error = _error(tmp_path, 'import pulumi\npulumi.Config().require("size")\n')
    assert "Missing required configuration variable 'demo:size'" in error.message


def test_settings_errors_pass_out_as_configuration_errors(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        import pulumi

        class SettingsError(pulumi.RunError):
            problems = ["Pulumi.dev.yaml:3  a: wrong", "Pulumi.dev.yaml:4  b: wrong"]

        raise SettingsError("two problems")
        """,
    )
    with pytest.raises(ConfigError) as caught:
        plan(tmp_path, "dev")
    assert caught.value.problems == ["Pulumi.dev.yaml:3  a: wrong", "Pulumi.dev.yaml:4  b: wrong"]


@pytest.mark.parametrize(("code", "fails"), [("0", False), ("3", True), ("'bye'", True)])
def test_a_program_that_exits_does_not_end_the_preview(tmp_path: Path, code: str, fails: bool) -> None:
    result = planned(tmp_path, f"import sys\nsys.exit({code})\n", fails=fails)
    if result.error is not None:
        assert result.error.message == f"the program ended with exit status {code.strip(chr(39))}"


def test_what_was_registered_before_the_failure_is_kept(tmp_path: Path) -> None:
    result = planned(tmp_path, 'import pulumi_aws as aws\naws.s3.Bucket("a")\nraise ValueError("x")\n', fails=True)
    assert [resource.name for resource in result.resources if not resource.is_default_provider] == ["demo-dev", "a"]
    assert [diagnostic.severity for diagnostic in result.diagnostics] == ["error"]


def test_an_exception_in_a_transform(tmp_path: Path) -> None:
    error = _error(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        def broken(args):
            raise LookupError("no such tag")

        aws.s3.Bucket("a", opts=pulumi.ResourceOptions(transforms=[broken]))
        """,
    )
    assert error.line == 5
    assert error.message.endswith("LookupError: no such tag")


def test_a_secret_that_cannot_be_read_is_not_shown(tmp_path: Path) -> None:
    config = 'config: {"demo:port": {secure: v1:abc}}'
    error = _error(tmp_path, 'import pulumi\npulumi.Config().require_int("port")\n', config=config)
    assert "04da6b54" not in error.message
    assert "[secret]" in error.message
