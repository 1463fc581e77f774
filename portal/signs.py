"""Signs that nobody sees but that change what everybody reads."""

import re

# Control characters other than blanks and line ends, and those that turn the direction of what follows: with
# them a name reads one way and is compared another. The joiners that some scripts need are not among them.
HIDDEN_SIGNS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
