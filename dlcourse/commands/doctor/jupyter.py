"""Checks of JupyterLab: its kernel, and the parts that nbgrader adds to it."""

import sys
from collections.abc import Mapping
from importlib import util
from pathlib import Path

from dlcourse.commands.doctor.finding import Finding, Level
from dlcourse.commands.doctor.installation import REINSTALL

# nbgrader's parts of the Jupyter server, by who works with them. Learners need the first alone.
SERVER_EXTENSIONS: dict[str, Level] = {
    "nbgrader.server_extensions.validate_assignment": "bad",
    "nbgrader.server_extensions.assignment_list": "warn",
    "nbgrader.server_extensions.formgrader": "warn",
    "nbgrader.server_extensions.course_list": "warn",
}
LAB_EXTENSION = "@jupyter/nbgrader"


def kernel(folder: Path | None = None) -> Finding:
    """Check that notebooks run in this environment, not in another Python's kernel.

    Parameters
    ----------
    folder : Path, optional
        Where the kernel ``python3`` is described; the place Jupyter finds first when left out.
    """
    ipykernel = util.find_spec("ipykernel")
    if ipykernel is None or ipykernel.origin is None:
        return Finding("notebook kernel", "ipykernel is missing", "bad", REINSTALL)
    if folder is None:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        try:
            folder = Path(KernelSpecManager().get_kernel_spec("python3").resource_dir)
        except NoSuchKernel:
            remedy = f"{sys.executable} -m ipykernel install --sys-prefix"
            return Finding("notebook kernel", "none called python3", "bad", remedy)
    # ipykernel's own folder is what Jupyter falls back to when no kernel is described.
    here = (Path(sys.prefix), Path(ipykernel.origin).parent)
    if not any(folder.is_relative_to(place) for place in here):
        return Finding(
            "notebook kernel",
            f"{folder}, which may start another Python",
            "warn",
            f"{sys.executable} -m ipykernel install --sys-prefix",
        )
    return Finding("notebook kernel", f"python3 ({folder})")


def nbgrader_server(enabled: Mapping[str, bool] | None = None) -> Finding:
    """Check that nbgrader's server extensions are switched on.

    Parameters
    ----------
    enabled : mapping, optional
        Whether each extension is on, by its module; as Jupyter's configuration says when left out.
    """
    if enabled is None:
        from jupyter_core.paths import jupyter_config_path
        from jupyter_server.extension.config import ExtensionConfigManager

        manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
        enabled = manager.get_jpserver_extensions()
    off = [name for name in SERVER_EXTENSIONS if not enabled.get(name)]
    if not off:
        return Finding("nbgrader's server part", f"{len(SERVER_EXTENSIONS)} extensions enabled")
    level: Level = "bad" if any(SERVER_EXTENSIONS[name] == "bad" for name in off) else "warn"
    short = ", ".join(name.rpartition(".")[2] for name in off)
    remedy = " && ".join(f"jupyter server extension enable --sys-prefix {name}" for name in off)
    return Finding("nbgrader's server part", f"disabled: {short}", level, remedy)


def nbgrader_lab(page: Mapping[str, list] | None = None) -> Finding:
    """Check that JupyterLab shows nbgrader's buttons, Validate among them.

    Parameters
    ----------
    page : mapping, optional
        JupyterLab's page configuration; the one of this environment when left out.
    """
    name = "nbgrader in JupyterLab"
    if page is None:
        from jupyter_core.paths import jupyter_path
        from jupyterlab.commands import get_app_dir
        from jupyterlab_server.config import get_page_config

        page = get_page_config(jupyter_path("labextensions"), str(Path(get_app_dir(), "settings")))
    installed = [extension["name"] for extension in page.get("federated_extensions", [])]
    disabled = [
        each
        for each in page.get("disabledExtensions", [])
        if each == LAB_EXTENSION or each.startswith(LAB_EXTENSION + ":")
    ]
    if LAB_EXTENSION not in installed:
        return Finding(name, f"{LAB_EXTENSION} is missing", "bad", REINSTALL)
    if disabled:
        remedy = " && ".join(f"jupyter labextension enable {each}" for each in disabled)
        return Finding(name, f"disabled: {', '.join(disabled)}", "bad", remedy)
    return Finding(name, f"{LAB_EXTENSION} enabled")


def ready() -> Finding | None:
    """Return what is wrong when JupyterLab or nbgrader is not installed at all."""
    for module in ("jupyterlab", "nbgrader"):
        if util.find_spec(module) is None:
            return Finding(module, "missing", "bad", REINSTALL)
    return None
