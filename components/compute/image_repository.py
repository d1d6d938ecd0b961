"""A container registry repository for one service, and the image built for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import pulumi
from pulumi_awsx import ecr

from components.component import Component
from components.compute.build_context import context_tag
from components.documents import json_document
from components.names import Names

#: Images kept for rollbacks; older ones are deleted.
KEPT_IMAGES: Final = 10
_PLATFORMS: Final = {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}


class ImageRepository(Component):
    """An ECR repository named ``<system>-<stage>/<service>``, so that image addresses are known before deployment.

    Creates the repository (immutable tags, scan on push, encrypted) and its lifecycle policy through
    ``awsx.ecr.Repository``; and, where a build context is named, the image through ``awsx.ecr.Image``, tagged by the
    content of the context: an immutable tag that an unchanged folder never pushes again.

    Costs at rest: 0.10 USD a GB and month of stored layers.

    Replaced by: another service name.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/what-is-ecr.html

    Args:
        name: Logical name.
        service: Name of the service whose images it holds.
        names: Names of the stack.
        build: Folder with a Dockerfile, relative to the folder of ``__main__.py``; None when images are pushed from
            elsewhere.
        architecture: Processor that the image is built for.
        lambda_pulls: Whether Lambda runs the images, which it must be allowed to read.
        untagged_days: Days that layers are kept which no tag names.
        force_delete: Whether the repository may be deleted with images in it.
        kms_key_arn: Key that encrypts the layers; None for AWS's own encryption.
        opts: Options of the component.
    """

    token = "compute:ImageRepository"  # noqa: S105

    def __init__(
        self,
        name: str,
        *,
        service: str,
        names: Names,
        build: str | None = None,
        architecture: Literal["ARM64", "X86_64"] = "ARM64",
        lambda_pulls: bool = False,
        untagged_days: int = 1,
        force_delete: bool = False,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, {"service": service, "build": build}, opts)
        self.repository_name = f"{names.physical()}/{service}"
        self.arn: pulumi.Input[str] = names.arn("ecr", f"repository/{self.repository_name}")
        #: The repository's address; a plain string when the account is configured.
        self.uri: pulumi.Input[str] = _registry_uri(names, self.repository_name)
        self.repository = self._create_repository(untagged_days, force_delete, kms_key_arn)
        self.access = self._admit_lambda(names) if lambda_pulls else None
        self.built_tag: str | None = None
        self.image: ecr.Image | None = None
        if build is not None:
            self.built_tag, self.image = self._create_image(build, _PLATFORMS[architecture])
        self.register_outputs({"uri": self.uri})

    @property
    def resources(self) -> list[pulumi.Resource]:
        """What must exist before a task can pull from here."""
        return [resource for resource in (self.repository, self.access, self.image) if resource is not None]

    def image_uri(self, release: str | None) -> pulumi.Input[str]:
        """The address of the image to run.

        Args:
            release: Commit (40 hexadecimal digits) or digest (``sha256:…``) of an image pushed from elsewhere.
                The image built here comes first.

        Raises:
            ValueError: Nothing is built here and no release is named.
        """
        if self.built_tag is not None:
            return _concat(self.uri, f":{self.built_tag}")
        if release is None:
            raise ValueError(f"{self.repository_name}: nothing to run; name a build folder or a release")
        return _concat(self.uri, f"@{release}" if release.startswith("sha256:") else f":{release}")

    def _create_repository(
        self, untagged_days: int, force_delete: bool, kms_key_arn: pulumi.Input[str] | None
    ) -> ecr.Repository:
        return ecr.Repository(
            self.logical_name,
            name=self.repository_name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[
                {"encryption_type": "AES256"}
                if kms_key_arn is None
                else {"encryption_type": "KMS", "kms_key": kms_key_arn}
            ],
            force_delete=force_delete,
            lifecycle_policy=ecr.LifecyclePolicyArgs(
                rules=[
                    ecr.LifecyclePolicyRuleArgs(
                        description="Delete layers that no tag names any more",
                        tag_status=ecr.LifecycleTagStatus.UNTAGGED,
                        maximum_age_limit=untagged_days,
                    ),
                    ecr.LifecyclePolicyRuleArgs(
                        description=f"Keep the newest {KEPT_IMAGES} images",
                        tag_status=ecr.LifecycleTagStatus.ANY,
                        maximum_number_of_images=KEPT_IMAGES,
                    ),
                ]
            ),
            tags=self.tags,
            opts=self.child(),
        )

    def _admit_lambda(self, names: Names) -> pulumi.Resource:
        # Lambda would add such a statement itself, and the next deployment would take it for a change by hand.
        # https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions
        from pulumi_aws import ecr as aws_ecr

        statement = {
            "Sid": "LambdaECRImageRetrievalPolicy",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Condition": {"StringLike": {"aws:SourceArn": names.arn("lambda", "function:*")}},
        }
        return aws_ecr.RepositoryPolicy(
            self.logical_name,
            repository=self.repository_name,
            policy=json_document({"Version": "2012-10-17", "Statement": [statement]}),
            opts=self.child(depends_on=[self.repository]),
        )

    def _create_image(self, build: str, platform: str) -> tuple[str, ecr.Image]:
        tag = context_tag(Path(build), platform)
        image = ecr.Image(
            self.logical_name,
            repository_url=self.repository.url,
            context=build,
            platform=platform,
            image_tag=tag,
            opts=self.child(),
        )
        return tag, image


def _registry_uri(names: Names, repository: str) -> pulumi.Input[str]:
    suffix = f".dkr.ecr.{names.region}.amazonaws.com/{repository}"
    return _concat(names.account, suffix)


def _concat(first: pulumi.Input[str], second: str) -> pulumi.Input[str]:
    return first + second if isinstance(first, str) else pulumi.Output.concat(first, second)
