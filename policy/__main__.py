"""The CrossGuard pack: every rule of ``guardrails`` as one policy. Building it starts its server: only here."""

from __future__ import annotations

from pulumi_policy import PolicyPack

from guardrails import servicer
from guardrails.crossguard import Session, configuration, policies

session = Session(configuration())
servicer.install(session)
PolicyPack("tierwise", policies=policies(session))
