"""Draws one stack's architecture into files."""

from __future__ import annotations

import sys
from pathlib import Path

from tierwise.exit_status import FINE, REFUSED
from tierwise.preview.errors import ConfigError
from tierwise.review.diagram import architecture
from tierwise.review.diagram_mermaid import mermaid
from tierwise.review.diagram_svg import svg
from tierwise.targets import find_root, resolve


def draw(target: str, *, svg_file: Path | None, mermaid_file: Path | None) -> int:
    """Plan a stack and draw it.

    Args:
        target: As the command line names it.
        svg_file: Where the SVG picture goes, if anywhere.
        mermaid_file: Where the Mermaid flowchart goes; standard output when neither file is named.

    Returns:
        The exit status: a program that does not finish has no picture.

    Raises:
        ConfigError: A target that is not one stack, or a file that cannot be written.
    """
    from tierwise.preview.engine import plan

    targets = resolve(find_root(Path.cwd()), [target])
    if len(targets) != 1:
        raise ConfigError([f"{target}  has {len(targets)} stacks; name one: {', '.join(t.key for t in targets)}"])
    planned = plan(targets[0].directory, targets[0].stage)
    if planned.error is not None:
        print(planned.error.message, file=sys.stderr)
        return REFUSED
    picture = architecture(planned.view())
    if svg_file is None and mermaid_file is None:
        sys.stdout.write(mermaid(picture))
    for file, write in ((svg_file, svg), (mermaid_file, mermaid)):
        if file is not None:
            try:
                file.write_text(write(picture), encoding="utf-8")
            except OSError as error:
                raise ConfigError([f"{file}  cannot be written: {error.strerror}"]) from None
    return FINE
