"""Which entries of a control list may describe goods: `suggest`."""

from screening.classification.suggesting import NoEditionInForce, prepare, suggest

__all__ = ["NoEditionInForce", "prepare", "suggest"]
