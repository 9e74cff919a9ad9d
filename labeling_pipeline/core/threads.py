"""How many threads a fit may use. Belongs here: that number. Does not: any pool."""

from __future__ import annotations

import os

THREADS = min(4, os.cpu_count() or 1)  # beyond four, memory is what the fits wait for
