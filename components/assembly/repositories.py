"""The repositories of images that a system builds itself: a service's, a function's or a fleet's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from components.compute.image_repository import ImageRepository
    from components.site import Site

#: Days that layers of functions' images are kept which no tag names: as long as a release may wait for its deployment.
UNTAGGED_DAYS = 7


def create_repository(
    platform: Site,
    user: str,
    *,
    build: str | None,
    architecture: Literal["ARM64", "X86_64"],
    for_lambda: bool = False,
) -> ImageRepository:
    """The repository of one user's images.

    Args:
        platform: The platform.
        user: Who runs them.
        build: Folder with a Dockerfile that the deployment builds; None where a pipeline pushes.
        architecture: Processor that they are for.
        for_lambda: Whether Lambda runs them, which reads the repository itself and names images by digest.
    """
    from components.compute.image_repository import ImageRepository

    return ImageRepository(
        f"repository-{user}",
        service=user,
        names=platform.names,
        build=build,
        architecture=architecture,
        lambda_pulls=for_lambda,
        untagged_days=UNTAGGED_DAYS if for_lambda else 1,
        force_delete=not platform.settings.storage.retain,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )
