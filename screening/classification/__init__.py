"""Which entries of a control list may describe goods: `suggest`."""

from screening.classification.suggesting import NoEditionInForce, suggest

__all__ = ["NoEditionInForce", "suggest"]
