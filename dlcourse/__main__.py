"""``python -m dlcourse`` is the ``dlcourse`` command, for where scripts are not on the PATH."""

import sys

from dlcourse.commands import main

if __name__ == "__main__":
    sys.exit(main())
