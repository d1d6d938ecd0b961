"""The switches of an account that protect whatever runs in it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import accessanalyzer, account, ebs, iam, s3

from components.component import Component
from components.names import Names
from settings.account import AccountBaseline


class AccountProtection(Component):
    """Public buckets refused, volumes encrypted, shared snapshots refused, long passwords, outside access looked for.

    Costs nothing: the analyzer of external access is free. A change of the analyzer's type replaces it; taking one of
    the others away restores AWS's own default for the account.
    https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html

    Args:
        name: Logical name.
        settings: Which of them.
        names: Names of the stack.
        regions: Regions that volumes and analyzers belong to.
        opts: Options of the component.
    """

    token = "security:AccountProtection"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: AccountBaseline,
        names: Names,
        regions: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        if settings.block_public_buckets:
            self._block_public_buckets()
        for region in regions:
            if settings.encrypt_volumes:
                self._protect_volumes(region)
            if settings.access_analyzer:
                self._look_for_outside_access(region, names)
        self._ask_for_long_passwords()
        self._name_contact()
        self.register_outputs({})

    def _block_public_buckets(self) -> None:
        s3.AccountPublicAccessBlock(
            self.logical_name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )

    def _protect_volumes(self, region: str) -> None:
        ebs.EncryptionByDefault(f"{self.logical_name}-{region}", enabled=True, region=region, opts=self.child())
        ebs.SnapshotBlockPublicAccess(
            f"{self.logical_name}-{region}", state="block-all-sharing", region=region, opts=self.child()
        )

    def _look_for_outside_access(self, region: str, names: Names) -> None:
        accessanalyzer.Analyzer(
            f"{self.logical_name}-{region}",
            analyzer_name=names.physical("outside-access", limit=255),
            type="ACCOUNT",
            region=region,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )

    def _ask_for_long_passwords(self) -> None:
        policy = self._settings.password_policy
        iam.AccountPasswordPolicy(
            self.logical_name,
            minimum_password_length=policy.minimum_length,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            max_password_age=policy.max_age_days,
            password_reuse_prevention=policy.remembered,
            allow_users_to_change_password=True,
            opts=self.child(),
        )

    def _name_contact(self) -> None:
        contact = self._settings.security_contact
        if contact is None:
            return
        account.AlternativeContact(
            self.logical_name,
            alternate_contact_type="SECURITY",
            name=contact.name,
            title=contact.title,
            email_address=contact.email,
            phone_number=contact.phone,
            opts=self.child(),
        )
