"""XML that is the same for the same content: elements in order, text that XML 1.0 can hold."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

# XML 1.0, section 2.2: what is no Char may stand in no document, not even escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return the text with what XML cannot hold as question marks."""
    return _FORBIDDEN.sub("?", text)


def child(parent: Element, tag: str, text: str | None = None, attributes: dict[str, str] | None = None) -> Element:
    """Return a new last child of an element."""
    element = SubElement(parent, tag, {key: clean(value) for key, value in (attributes or {}).items()})
    if text is not None:
        element.text = clean(text)
    return element


def document(root: Element) -> bytes:
    """Return the document in UTF-8, indented by a blank, with its declaration."""
    indent(root, " ")
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + tostring(root, encoding="unicode").encode("utf-8") + b"\n"
