"""How much of a person's data a reader may see; everyone who shows people takes it from here."""

from subsidy.rules.masking.texts import (
    hide,
    mask_account,
    mask_id,
    mask_name,
    mask_phone,
    reveals,
    tail,
)

__all__ = ["hide", "mask_account", "mask_id", "mask_name", "mask_phone", "reveals", "tail"]
