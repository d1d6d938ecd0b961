"""Plans that follow one another in one Python process leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path

import pulumi

from tests.preview.case import named, planned


def test_what_a_program_changes_is_put_back(tmp_path: Path) -> None:
    before = (os.getcwd(), list(sys.path), list(sys.argv), dict(os.environ), sys.stdout, sys.stderr, gc.isenabled())
    main = sys.modules["__main__"]
    planned(
        tmp_path,
        """
        import os, sys
        assert sys.argv == [os.getcwd()], sys.argv
        assert sys.path[0] == os.getcwd()
        assert __name__ == "__main__"
        os.environ["LEFT"] = "behind"
        os.environ.pop("PATH", None)
        sys.path.append("nowhere")
        sys.argv.append("x")
        os.chdir("/")
        """,
    )
    after = (os.getcwd(), list(sys.path), list(sys.argv), dict(os.environ), sys.stdout, sys.stderr, gc.isenabled())
    assert after == before
    assert sys.modules["__main__"] is main


def test_each_plan_has_its_own_stack_config_and_event_loop(tmp_path: Path) -> None:
    source = """
        import pulumi
        import pulumi_aws as aws
        aws.s3.Bucket(pulumi.Config().require("name"))
        pulumi.export("stack", pulumi.get_stack())
        """
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = planned(tmp_path / "a", source, config="config: {name: one}", stack="dev")
    failed = planned(tmp_path / "b", "import pulumi\npulumi.Config().require('name')\n", stack="prod", fails=True)
    third = planned(tmp_path / "a", source, config="config: {name: two}", stack="prod")
    assert first.outputs == {"stack": "dev"}
    assert third.outputs == {"stack": "prod"}
    assert named(first, "one")
    assert named(third, "two")
    assert failed.error is not None
    assert pulumi.runtime.get_root_resource() is None


def test_programs_with_modules_of_the_same_name(tmp_path: Path) -> None:
    source = "import pulumi\nimport helper_module\npulumi.export('x', helper_module.X)\n"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "helper_module.py").write_text(f"X = {name!r}\n")
        assert planned(tmp_path / name, source).outputs == {"x": name}
    assert planned(tmp_path / "a", source).outputs == {"x": "a"}


def test_a_program_may_have_a_module_named_as_one_of_ours(tmp_path: Path) -> None:
    import guardrails.resource as ours

    (tmp_path / "guardrails").mkdir()
    (tmp_path / "guardrails" / "__init__.py").write_text("WHO = 'theirs'\n")
    source = "import pulumi\nimport guardrails\npulumi.export('who', guardrails.WHO)\n"
    assert planned(tmp_path, source).outputs == {"who": "theirs"}
    assert sys.modules["guardrails.resource"] is ours


def test_a_plan_can_be_made_while_an_event_loop_exists(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()
    try:
        planned(tmp_path, "import pulumi\npulumi.export('x', 1)\n")
        assert loop.run_until_complete(asyncio.sleep(0, result=1)) == 1
    finally:
        loop.close()


def test_a_failed_plan_says_nothing_more(tmp_path: Path, capfd: object) -> None:
    planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws
        a = aws.s3.Bucket("a")
        aws.s3.Bucket("b", bucket=a.arn.apply(lambda x: x), tags={"x": object()})
        raise ValueError("stop")
        """,
        fails=True,
    )
    gc.collect()
    out, err = capfd.readouterr()  # type: ignore[attr-defined]
    assert (out, err) == ("", "")
