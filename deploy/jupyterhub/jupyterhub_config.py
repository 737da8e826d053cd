"""A hub for one class: everybody in the group `dlcourse` of this machine works in JupyterLab here.

Start it as root, with the Python that `make lab` has set up:

    sudo .venv/bin/jupyterhub --config deploy/jupyterhub/jupyterhub_config.py

`book/instructors.md` says what to prepare, and what an instructor needs besides.
"""

import os
import sys
from pathlib import Path

from dlcourse.commands.lab import JUPYTER_CONFIG, QUIET

c = get_config()  # noqa: F821  (JupyterHub provides it)

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
#: What the hub keeps, and what its users share.
SHARED = Path(os.environ.get("DLCOURSE_HUB", "/srv/dlcourse"))

# Who may log in: accounts of this machine, with their own passwords, in this group.
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {"dlcourse"}

# Everybody's server runs as themselves, in their own home, so that the file system keeps learners
# apart and nbgrader knows who hands in.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    # nbgrader calls a program of its own by name alone.
    "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
    "JUPYTER_CONFIG_PATH": os.pathsep.join([str(HERE), str(JUPYTER_CONFIG)]),
    "DLCOURSE_EXCHANGE": str(SHARED / "exchange"),
}
# The hub starts as root: nothing of root's is handed on but the language.
c.Spawner.env_keep = ["LANG", "LC_ALL"]

c.Spawner.cmd = [
    *(sys.executable, str(HERE / "start_server.py"), str(SHARED / "chapters")),
    *(str(BIN / "jupyterhub-singleuser"), *QUIET),
]

# nbgrader refuses an exchange that not everybody may write to. What is handed in there can be read
# by nobody else: nbgrader sees to that.
(SHARED / "exchange").mkdir(parents=True, exist_ok=True)
(SHARED / "exchange").chmod(0o777)

# Who reads these can log in as anybody: they are for root alone.
secrets = SHARED / "secrets"
secrets.mkdir(mode=0o700, exist_ok=True)
c.JupyterHub.db_url = f"sqlite:///{secrets / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(secrets / "cookie")
c.ConfigurableHTTPProxy.pid_file = str(secrets / "proxy.pid")
c.ConfigurableHTTPProxy.command = [str(BIN / "configurable-http-proxy")]
