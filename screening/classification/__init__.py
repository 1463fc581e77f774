"""Which entries of a control list may describe goods: `suggest`."""

from screening.classification.suggesting import (
    NoEditionInForce,
    likeliest_among,
    prepare,
    prepare_all,
    suggest,
)

__all__ = ["NoEditionInForce", "likeliest_among", "prepare", "prepare_all", "suggest"]
