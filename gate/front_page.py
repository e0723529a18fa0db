"""The one HTML page of the app: Streamlit's, under our name and without its signposts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from gate import internals

TITLE = "Clearance"
FAVICON = Path(__file__).with_name("favicon.png")

#: What we take out or put in, each exactly once; ``tests/gate/test_internals.py`` holds us to it.
_CHANGES = (
    (re.compile(r"<title>Streamlit</title>"), f"<title>{TITLE}</title>"),
    # Points programs to the agent API, which is closed.
    (re.compile(r'<link rel="service-desc"[^>]*>'), ""),
    # The only inline script; without it no inline script has to be allowed at all.
    (re.compile(r"<script>[^<]*prerenderReady[^<]*</script>"), ""),
    (
        re.compile(r"<noscript>.*?</noscript>", re.DOTALL),
        "<noscript><p>Clearance needs JavaScript. Please switch it on.</p></noscript>",
    ),
    (re.compile(r"<!--.*?-->\s*", re.DOTALL), ""),
)


@cache
def front_page() -> str:
    """The page's HTML, the same for everybody: it holds nobody's data."""
    html = internals.index_html()
    for pattern, ours in _CHANGES:
        html = pattern.sub(ours, html)
    return html
