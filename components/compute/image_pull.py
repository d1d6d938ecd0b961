"""What a role needs to pull an image."""

from __future__ import annotations

import pulumi

from components.compute import task_definition
from components.grant import Statement


def pull_statements(image: pulumi.Input[str]) -> list[Statement]:
    """The statements that let a role pull ``image``; none for an image that ECR does not hold.

    Raises:
        ValueError: An image that is decided on deployment turns out not to come from ECR.
    """
    repository = (
        task_definition.ecr_repository_arn(image)
        if isinstance(image, str)
        else pulumi.Output.from_input(image).apply(_required_repository_arn)
    )
    if repository is None:
        return []
    return [
        Statement(sid="SignInToRegistry", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        Statement(
            sid="PullImage",
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=[repository],
        ),
    ]


def _required_repository_arn(image: str) -> str:
    arn = task_definition.ecr_repository_arn(image)
    if arn is None:
        raise ValueError(f'image "{image}" is decided on deployment and does not come from ECR: pin it as plain text')
    return arn
