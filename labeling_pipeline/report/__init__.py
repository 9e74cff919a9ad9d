"""What people read: the closing summary, one comment's life, HTML pages.

Belongs here: wording and layout of results. Does not: computing them (``core``), or options (``cli``).
"""
