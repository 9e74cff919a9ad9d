"""A folder of files, there whole or not at all, however the process ends.

Belongs here: the write-aside-then-rename move shared by exports and saved models. Does not: what is in the files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files to a hidden folder beside ``folder``, flush them to disk, rename it into place.

    A folder already there is replaced; the caller decides whether that may happen. A process killed on the way leaves
    either the old folder or the new one, and perhaps a hidden ``.<name>.<pid>.part`` that the next call removes.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    part.mkdir()
    for name, data in files.items():
        with (part / name).open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
    if folder.exists():
        old = folder.with_name(f".{folder.name}.{os.getpid()}.old.part")
        os.rename(folder, old)
        os.rename(part, folder)
        shutil.rmtree(old)
    else:
        os.rename(part, folder)


def _remove_leftovers(folder: Path) -> None:
    """Hidden folders of processes that are no more, and our own."""
    for path in folder.parent.glob(f".{folder.name}.*.part"):
        pid = path.name.removeprefix(f".{folder.name}.").split(".")[0]
        if pid.isdigit() and (int(pid) == os.getpid() or not _is_alive(int(pid))):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
