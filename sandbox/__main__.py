"""`python -m sandbox` is the command `agent-sandbox`."""

import sys

from sandbox.notebook.command_line import main

if __name__ == "__main__":
    sys.exit(main())
