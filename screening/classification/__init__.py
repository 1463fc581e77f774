"""Which entries of a control list may describe goods: `suggest`."""

from screening.classification.suggesting import NoEditionInForce, prepare, prepare_all, suggest

__all__ = ["NoEditionInForce", "prepare", "prepare_all", "suggest"]
