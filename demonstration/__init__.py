"""Demonstration studies: invented interviews, with the truth about what was planted in them.

Pure and seeded. Nothing here reads a clock, a network or a data set: the same seed gives
the same bytes on every machine. The words are in ``wording/``, the grammar in
``templates.py``, who says them in ``people.py`` and ``voices.py``, and the order in which
they are said in ``conversation.py``.
"""
