"""The CrossGuard pack: every rule of ``guardrails`` as one policy. Building it starts its server: only here."""

from __future__ import annotations

from pulumi_policy import PolicyPack

from guardrails.crossguard import Session, configuration, policies

PolicyPack("tierwise", policies=policies(Session(configuration())))
