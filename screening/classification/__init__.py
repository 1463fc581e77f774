"""Which entries of a control list may describe goods: `suggest`."""

from screening.classification.suggesting import (
    NoEditionInForce,
    edition_ready,
    likeliest_among,
    prepare,
    prepare_all,
    suggest,
)

__all__ = ["NoEditionInForce", "edition_ready", "likeliest_among", "prepare", "prepare_all", "suggest"]
