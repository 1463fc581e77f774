"""Which entries of a control list may describe goods, and why."""
