"""Markup as a browser would read it: elements, attributes, text."""

from __future__ import annotations

from html.parser import HTMLParser


class BrowserEyes(HTMLParser):
    """Reads markup; what it saw is in its fields."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.closed: list[str] = []
        self.text = ""
        self.other: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.opened.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        self.closed.append(tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """A comment, which none of ours is."""
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        """A declaration, which none of ours is."""
        self.other.append(decl)

    def unknown_decl(self, data: str) -> None:
        """A marked section, which none of ours is."""
        self.other.append(data)

    def handle_pi(self, data: str) -> None:
        """A processing instruction, which none of ours is."""
        self.other.append(data)
