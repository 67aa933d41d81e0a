"""What a reader would see of a page, and faults in it that no reader should see."""

from __future__ import annotations

import re
from html.parser import HTMLParser

HIDDEN = ("script", "style", "template", "head")
INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub")
    + ("sup", "tspan", "u", "use", "wbr")
)
SPOKEN = ("aria-label", "alt", "title", "placeholder")
"""Attributes that are read aloud or shown."""
_WORD = r"[^\W\d_]{2,}"
_FAULTS: dict[str, re.Pattern[str]] = {
    "raw entity": re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});"),
    "raw tag": re.compile(r"</?(?:a|b|code|div|em|i|li|p|span|strong|table|td|th|tr|u|ul)\b[^<>]*>"),
    "doubled word": re.compile(rf"\b({_WORD})(?:[^\S\n]+\1)+\b(?!['’-])", re.IGNORECASE),
    "doubled phrase": re.compile(rf"\b({_WORD}[^\S\n]{_WORD})[^\S\n]+\1\b", re.IGNORECASE),
    "doubled unit": re.compile(r"%\s?%|% (?:percent|per cent|points)\b|(?:points?|percent|per cent) ?%"),
    "no number": re.compile(r"\b(?:nan(?!['’])|NaN|inf|Infinity|NaT)\b"),
    "None": re.compile(r"\bNone\b(?! [a-z])|(?<=[a-z,;=(] )None\b(?! (?:of|is|are|was|were)\b)"),
    "undefined": re.compile(r"(?<!\bis )(?<!\bare )(?<!\bor )\bundefined\b|\bUndefined\b", re.M),
    "unfilled slot": re.compile(r"\{[A-Za-z_:.! ]*\}|\{\{|\}\}|\{%|%\}|\$\{|%[sdr](?!\w)|%\(\w+\)"),
    "object": re.compile(r"\[object |<class '|object at 0x|Markup\(|dtype[:=]"),
    "punctuation": re.compile(
        r"(?<![.\d/])\.\.(?![.\d/])|[.,;:!?] [.,;:!?](?=\s|$)|,[,.;:]|;[;.,:]|::(?!\w)|(?<=\w) [,;](?=\s)"
        r"|(?<=[\w)%]) \.(?=\s|$)|\(\s*\)|\( (?=\w)|(?<=\w) \)|(?<!\.)\.:|:\.(?!\d)",
        re.MULTILINE,
    ),
}
_TWO_SPACES = re.compile(r"(?<=[^\s|])[ \N{NO-BREAK SPACE}]{2,}(?=[^\s|])")


class _Reader(HTMLParser):
    """Collects text; elements that stand apart on a page are set on lines of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.spoken: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.spoken += [value for name, value in attrs if name in SPOKEN and value]
        if tag in HIDDEN:
            self.hidden += 1
        if tag not in INLINE:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.spoken += [value for name, value in attrs if name in SPOKEN and value]
        if tag not in INLINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self.hidden = max(self.hidden - 1, 0)
        if tag not in INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))


def visible(html: str) -> str:
    """Give the text that a page shows or has read aloud, a block a line, white space as a browser leaves it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).split("\n")
    kept = (re.sub(r" +", " ", line).strip(" ") for line in (*lines, *reader.spoken))
    return "\n".join(line for line in kept if line)


def faults(text: str, columns: bool = False) -> list[str]:
    """Give what should not stand in a text that people read: kind and place of each fault.

    Args:
        text: as it is seen; of a page, what `visible` gives.
        columns: whether spaces set columns apart, as in a terminal; then two in a row are no fault.

    Returns:
        "doubled word: ...a gap of 43 points points..." for raw entities and tags, doubled words and units, values
        that are none, slots that nothing was put into, and punctuation or spaces that stand twice.
    """
    kinds = dict(_FAULTS) if columns else {**_FAULTS, "two spaces": _TWO_SPACES}
    found = []
    for kind, pattern in kinds.items():
        for match in pattern.finditer(text):
            said = match.group().split()
            # whoever says it three times means it; a capital begins another sentence, as after the name of a group
            if kind == "doubled word" and (len(said) > 2 or (said[0][0].islower() and said[1][0].isupper())):
                continue
            about = text[max(match.start() - 30, 0) : match.end() + 30].replace("\n", " / ")
            found.append(f"{kind}: ...{about}...")
    return found


def faults_of_page(html: str) -> list[str]:
    """Give the faults in the visible text of a page."""
    return faults(visible(html))
