"""The supporter's forms: what is asked, in which words, and what is taken. They never write."""

from letters.forms.confirm import AddressForm, ConfirmForm
from letters.forms.write import WriteForm

__all__ = ["AddressForm", "ConfirmForm", "WriteForm"]
