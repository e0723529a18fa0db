"""The page a stranger sees: what this is, why they are here, one way on."""

from __future__ import annotations

from html import escape

_REASONS = {
    "not-signed-in": "Please sign in to go on.",
    "signed-out": "You are signed out, here and in every other tab.",
    "too-old": "Your sign-in reached its age limit. Please sign in again.",
    "idle": "You were signed out after a time without activity. Nothing you saved is lost.",
    "switched-off": "Your access was switched off. Ask an administrator of Clearance.",
    "by-administrator": "An administrator ended your session. Please sign in again.",
    "provider": "The sign-in provider did not complete the sign-in. Please try again.",
    "sign-in.unknown": "You are signed in at the provider, but nobody has invited you to "
    "Clearance. Ask an administrator for an invitation.",
    "sign-in.switched-off": "Your access is switched off. Ask an administrator of Clearance.",
    "sign-in.other-person": "The invitation for your e-mail address was taken up by another "
    "sign-in. Ask an administrator to check it.",
    "sign-in.email": "The provider did not send an e-mail address it has verified.",
    "sign-in.audience": "That sign-in was made for another application.",
    "sign-in.issuer": "That sign-in comes from another provider.",
    "sign-in.expired": "The provider's sign-in had expired. Please try again.",
    "sign-in.subject": "The provider did not say who you are.",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Sign in · Clearance</title>
<link rel="icon" type="image/png" href="/favicon.png">
<style>
:root {{ color-scheme: light dark; --paper: #faf9f6; --ink: #22262b; --soft: #5d666f;
  --line: #e2dfd8; --card: #ffffff; --accent: #1f5f5b; --on-accent: #ffffff; }}
@media (prefers-color-scheme: dark) {{ :root {{ --paper: #15181b; --ink: #e8e6e1;
  --soft: #a3abb2; --line: #2d3338; --card: #1c2024; --accent: #6fbfb8; --on-accent: #10201f; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
main {{ width: 100%; max-width: 25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; padding: 2.25rem 2.25rem 2rem; }}
h1 {{ font-size: 1.6rem; margin: 0 0 .25rem; letter-spacing: -.01em; }}
p {{ margin: .25rem 0 1.25rem; color: var(--soft); }}
p.reason {{ color: var(--ink); border-left: 3px solid var(--accent); padding-left: .75rem; }}
a.button {{ display: block; text-align: center; padding: .7rem 1rem; border-radius: 9px;
  background: var(--accent); color: var(--on-accent); text-decoration: none; font-weight: 600; }}
a.button:focus-visible {{ outline: 3px solid var(--ink); outline-offset: 2px; }}
small {{ display: block; margin-top: 1.25rem; color: var(--soft); }}
</style>
</head>
<body>
<main>
<h1>Clearance</h1>
<p>Where interview sessions are reviewed, and cleared to leave.</p>
{reason}
<a class="button" href="{start}">Sign in</a>
<small>For invited staff with a need to know. Every sign-in is recorded.</small>
</main>
</body>
</html>
"""


def sign_in_page(start: str, reason: str | None) -> str:
    """The page's HTML. A reason that is not one of ours is not shown at all."""
    sentence = _REASONS.get(reason or "")
    shown = f'<p class="reason" role="status">{escape(sentence)}</p>' if sentence else ""
    return _PAGE.format(start=escape(start, quote=True), reason=shown)
