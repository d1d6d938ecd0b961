"""Snapshots of a database that AWS Backup copies to a second region."""

from __future__ import annotations

from typing import Final

import pulumi
from pulumi_aws import Provider, backup, iam

from components.component import Component
from components.iam import trust_document
from components.names import Names
from settings.standby import Standby

#: AWS's own policy for making backups; its list of actions follows what AWS Backup learns.
#: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
_MAKES_BACKUPS: Final = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
#: Minutes in which a backup must start, and in which it must be complete.
_START_MINUTES: Final = 60
_COMPLETE_MINUTES: Final = 180


class BackupCopies(Component):
    """A plan of AWS Backup that takes snapshots of an Aurora cluster and copies each to a vault in another region.

    RDS's own replication of automated backups knows instances, not Aurora clusters, so this is AWS's only way of
    keeping an Aurora cluster elsewhere without a member of it running there. A copy is a snapshot, and always a whole
    one: what came after it is lost. Both vaults are locked in governance mode, so that nobody empties them early.

    Costs at rest: nothing but what is kept, 0.02 USD a GB and month in each region; each copy pays 0.02 USD a GB on its
    way. Names of vaults, and keys, replace them, which AWS refuses while they hold anything.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html

    Args:
        name: Logical name.
        settings: How often, and how long copies are kept.
        names: Names of the stack.
        cluster_arn: The cluster.
        there: Provider of the other region.
        kms_key_arn: Customer key of the first vault; AWS Backup's own key otherwise.
        kms_key_arn_there: The same for the second.
        retain: Whether Pulumi protects the vaults and leaves them in AWS.
        opts: Options of the component.

    Attributes:
        vault_name: Name of both vaults.
        plan: The plan.
    """

    token = "data:BackupCopies"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Standby,
        names: Names,
        cluster_arn: pulumi.Input[str],
        there: Provider,
        kms_key_arn: pulumi.Input[str] | None = None,
        kms_key_arn_there: pulumi.Input[str] | None = None,
        retain: bool = True,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._retain = retain
        self.vault_name = names.physical("copies", limit=50)
        here_vault = self._create_vault(name, kms_key_arn)
        there_vault = self._create_vault(f"{name}-standby", kms_key_arn_there, provider=there)
        self.plan = self._create_plan(names, here_vault, there_vault)
        role = iam.Role(
            name,
            description="Lets AWS Backup take snapshots of the database and copy them",
            assume_role_policy=trust_document("backup.amazonaws.com", names),
            tags=self.tags,
            opts=self.child(),
        )
        allowed = iam.RolePolicyAttachment(name, role=role.name, policy_arn=_MAKES_BACKUPS, opts=self.child())
        backup.Selection(
            name,
            name=names.physical("aurora", limit=50),
            plan_id=self.plan.id,
            iam_role_arn=role.arn,
            resources=[cluster_arn],
            opts=self.child(depends_on=[allowed]),
        )
        self.register_outputs({"vault": self.vault_name})

    def _create_vault(
        self, name: str, kms_key_arn: pulumi.Input[str] | None, *, provider: Provider | None = None
    ) -> backup.Vault:
        vault = backup.Vault(
            name,
            name=self.vault_name,
            kms_key_arn=kms_key_arn,
            tags=self.tags,
            opts=self.child(provider=provider, protect=self._retain, retain_on_delete=self._retain),
        )
        backup.VaultLockConfiguration(
            name,
            backup_vault_name=vault.name,
            min_retention_days=self._settings.copy_days,
            opts=self.child(provider=provider),
        )
        return vault

    def _create_plan(self, names: Names, here: backup.Vault, there: backup.Vault) -> backup.Plan:
        days = self._settings.copy_days
        hours = "0" if self._settings.copy_hours == 24 else f"0/{self._settings.copy_hours}"
        return backup.Plan(
            self.logical_name,
            name=names.physical("copies", limit=50),
            rules=[
                backup.PlanRuleArgs(
                    rule_name="copy",
                    target_vault_name=here.name,
                    schedule=f"cron(30 {hours} * * ? *)",
                    start_window=_START_MINUTES,
                    completion_window=_COMPLETE_MINUTES,
                    lifecycle=backup.PlanRuleLifecycleArgs(delete_after=days),
                    copy_actions=[
                        backup.PlanRuleCopyActionArgs(
                            destination_vault_arn=there.arn,
                            lifecycle=backup.PlanRuleCopyActionLifecycleArgs(delete_after=days),
                        )
                    ],
                )
            ],
            tags=self.tags,
            opts=self.child(),
        )
