"""Policy that changes: packs as they were, and claims moved from one version to another."""

from subsidy.actions.policy_change.archive import MissingPack, pack_at, replay
from subsidy.actions.policy_change.choosing import WHY, Choice, candidates
from subsidy.actions.policy_change.migrating import may_migrate, migrate, move_to_pack
from subsidy.actions.policy_change.surveying import Group, Plan, survey, under

__all__ = [
    "WHY",
    "Choice",
    "Group",
    "MissingPack",
    "Plan",
    "candidates",
    "may_migrate",
    "migrate",
    "move_to_pack",
    "pack_at",
    "replay",
    "survey",
    "under",
]
