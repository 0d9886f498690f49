"""Policy that changes: packs as they were, and claims moved from one version to another."""

from subsidy.actions.policy_change.archive import MissingPack, pack_at, replay

__all__ = ["MissingPack", "pack_at", "replay"]
