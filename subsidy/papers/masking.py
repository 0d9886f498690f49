"""How much of a person's data a reader may see: the rule is owned by the rules, papers only print."""

from subsidy.rules.masking import mask_account, mask_id, mask_name, mask_phone, reveals, tail

__all__ = ["mask_account", "mask_id", "mask_name", "mask_phone", "reveals", "tail"]
