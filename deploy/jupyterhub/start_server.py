"""Start somebody's server in the hub, as themselves, with the chapters that they lack.

The hub is root, and would follow a link that a learner lays in its way: so it does not copy. What
a learner has already, and may have changed, stays as it is.
"""

import os
import shutil
import sys
from pathlib import Path


def give(chapters: Path, to: Path) -> None:
    """Copy what is in one folder and not yet in the other."""
    for file in sorted(chapters.rglob("*")):
        copy = to / file.relative_to(chapters)
        if file.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


if __name__ == "__main__":
    chapters, *server = sys.argv[1:]
    try:
        give(Path(chapters), Path.home() / "chapters")
    except OSError as error:
        # A full disk, or a file where a folder should be: the server is there to mend that.
        print(f"The chapters could not be copied: {error}", file=sys.stderr)
    os.execv(server[0], server)
