"""Masks what says who a person is, in text and before anything else sees it."""

from voices.privacy.masking import LABELS, are_personal_numbers, is_personal_number, mask, mask_id
from voices.privacy.names import is_first_name

__all__ = ["LABELS", "are_personal_numbers", "is_first_name", "is_personal_number", "mask", "mask_id"]
