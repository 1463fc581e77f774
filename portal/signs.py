"""Signs that nobody sees but that change what everybody reads."""

import re

# Control characters other than blanks and line ends; those that turn the direction of what follows; and those
# without any width: with them a name reads one way and is compared another. The joiner and the non-joiner
# (200c, 200d) stay where a script needs them, as Persian and those of India do; so do variation selectors,
# which Japanese registers put into names.
HIDDEN_SIGNS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e00ff]"
    r"|(?<![\u0590-\u1cff\ua800-\uabff])[\u200c\u200d]"
)
