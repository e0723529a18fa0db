"""Styles of what we draw ourselves; colours follow the theme, light or dark."""

from __future__ import annotations

#: Chips and small tables, once on every page.
BASE_STYLE = """<style>
.chip { display: inline-block; padding: .05rem .55rem; margin: 0 .3rem .3rem 0;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 99px;
  font-size: .85rem; white-space: nowrap; }
.chip-good { color: #1d6b3c; background: #1d6b3c14; }
.chip-bad { color: #a3322b; background: #a3322b14; }
.chip-wait { color: #8a5a00; background: #8a5a0014; }
.chip:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
@media (prefers-color-scheme: dark) {
  .chip-good { color: #7fce9d; background: #7fce9d1c; }
  .chip-bad { color: #f0938b; background: #f0938b1c; }
  .chip-wait { color: #e4b85c; background: #e4b85c1c; }
}
table.plain { border-collapse: collapse; width: 100%; font-size: .93rem; }
table.plain th { text-align: left; font-weight: 600; opacity: .7; }
table.plain th, table.plain td { padding: .45rem .75rem .45rem 0; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
table.plain td { overflow-wrap: anywhere; }
table.plain a { font-weight: 600; color: inherit; text-decoration-color: #1f5f5b88; }
table.plain .whole { white-space: nowrap; }
table.plain .number { text-align: right; font-variant-numeric: tabular-nums; }
</style>"""

TRANSCRIPT_STYLE = """<style>
.transcript { font-size: 1rem; line-height: 1.6; overflow-wrap: anywhere; }
.transcript .turn { display: grid; gap: 0 1.75rem; padding: .7rem 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 10%, transparent); }
.transcript.one .turn { grid-template-columns: 6.5rem minmax(0, 46rem); }
.transcript.two .turn { grid-template-columns: 6.5rem minmax(0, 1fr) minmax(0, 1fr); }
.transcript .head { padding: .2rem 0; }
.transcript .head h3 { font-size: .95rem; margin: 0; }
.transcript .speaker { font-size: .82rem; font-weight: 600; opacity: .65; padding-top: .2rem; }
.transcript .participant .said { font-weight: 450; }
.transcript .interviewer .said { opacity: .78; }
.transcript .said { white-space: pre-wrap; unicode-bidi: isolate; }
.transcript .placeholder, .transcript mark.found { padding: 0 .22em; border-radius: 4px;
  font-weight: 550; color: inherit; border-bottom: 2px solid var(--tone);
  background: color-mix(in srgb, var(--tone) 17%, transparent); }
.transcript .placeholder { font-size: .88em; letter-spacing: .01em; }
.transcript .person { --tone: #7a4fb3; } .transcript .contact { --tone: #b3452f; }
.transcript .place { --tone: #1f7a5a; } .transcript .organisation { --tone: #2f62b3; }
.transcript .time { --tone: #a06a00; } .transcript .other { --tone: #6b7280; }
.hidden-mark { font-size: .75em; opacity: .7; border: 1px dotted currentColor; border-radius: 3px;
  padding: 0 .2em; }
</style>"""
