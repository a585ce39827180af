"""Masks what says who a person is, in text and before anything else sees it."""

from voices.privacy.masking import LABELS, mask, mask_id
from voices.privacy.names import is_first_name

__all__ = ["LABELS", "is_first_name", "mask", "mask_id"]
