"""`%load_ext sandbox`."""

from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell

from sandbox.notebook.magics import SandboxMagics

_NAMES: Final = ("inspect", "inspect_cell", "step", "continue", "messages")

_loaded: dict[InteractiveShell, SandboxMagics] = {}


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics to `shell`; loading twice is loading once."""
    if shell in _loaded:
        return
    magics = _loaded[shell] = SandboxMagics(shell)
    shell.register_magics(magics)
    shell.input_transformers_cleanup.append(magics.cells.transform)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magics out of `shell` again; inspectors stay as they are."""
    magics = _loaded.pop(shell, None)
    if magics is None:
        return
    magics.cells.end()
    shell.input_transformers_cleanup.remove(magics.cells.transform)
    registered: dict[str, dict[str, Any]] = shell.magics_manager.magics
    for table in registered.values():
        for name in _NAMES:
            table.pop(name, None)
