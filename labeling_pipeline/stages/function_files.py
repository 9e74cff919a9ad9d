"""The files a home's labeling functions come from. Belongs here: reading them, and the version of all they are made
from. Does not: running the functions (``weak_supervision``).

A toml file names its other files. What a Python file reads while it is loaded is known after it was loaded once, and is
kept beside the votes.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from labeling_pipeline.stages.engine import Context

if TYPE_CHECKING:
    from labeling_pipeline.core.weak_supervision import LFSet
    from labeling_pipeline.home import Home

READ_FILES = "read_files.json"
_CHECKED: dict[Path, tuple[str, tuple[str, ...]]] = {}  # home → functions and classes that were found right


def functions_version(context: Context) -> str:
    """The content of the home's labeling functions and of the files they are made from; none is a version too."""
    paths = context.home.labeling_functions
    if not paths:
        return "none"
    digest = hashlib.sha256()
    for path in (*paths, *_named_files(context.home), *_read_files(context.home)):
        digest.update(_content(path))
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """The hash of a file, which is not read again while its size and time stay: this is asked every second."""
    from labeling_pipeline.warehouse.inbox.scan import file_sha256

    if not path.is_file():
        return b"absent"
    stat = path.stat()
    return file_sha256(str(path), stat.st_size, stat.st_mtime_ns).encode()


def load_functions(context: Context) -> LFSet:
    """The functions of all of the home's files; remembers what else was read for them."""
    from labeling_pipeline.core.weak_supervision.loading import load_together

    lfs = load_together(context.home.labeling_functions)
    named = {file.resolve() for file in _named_files(context.home)}
    files = [os.path.relpath(file, context.home.root.resolve()) for file in lfs.files if file not in named]
    kept = context.home.lf_columns / READ_FILES
    if files or kept.is_file():
        kept.parent.mkdir(exist_ok=True)
        part = kept.with_name(f".{kept.name}.{os.getpid()}.part")
        part.write_text(json.dumps(files), encoding="utf-8")
        os.replace(part, kept)
    return lfs


def check_functions(context: Context) -> None:
    """Raises InputError where a file of labeling functions is wrong, or names a class that no ontology has.

    What else is read for them is known afterwards. Files that were right are not loaded again in this process while
    they and the classes stay as they are.
    """
    from labeling_pipeline.core.weak_supervision.applying import class_names

    if not context.home.labeling_functions:
        return
    checked = _CHECKED.get(context.home.root)
    if checked != (functions_version(context), context.all_classes):
        class_names(load_functions(context), context.all_classes)
        _CHECKED[context.home.root] = (functions_version(context), context.all_classes)


def _named_files(home: Home) -> list[Path]:
    """Glossaries and tables beside a toml file; a toml that cannot be read names none, and fails where it is loaded."""
    try:
        texts = [path.read_text(encoding="utf-8") for path in home.labeling_functions if path.suffix == ".toml"]
        blocks = [block for text in texts for block in tomllib.loads(text).get("lf", [])]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError):
        return []
    files = [block.get("file") for block in blocks if isinstance(block, dict)]
    return [home.root / name for name in files if isinstance(name, str)]


def _read_files(home: Home) -> list[Path]:
    try:
        return [home.root / name for name in json.loads((home.lf_columns / READ_FILES).read_text(encoding="utf-8"))]
    except (OSError, ValueError):  # not loaded yet, or damaged: written anew with the next load
        return []
