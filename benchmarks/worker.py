"""One peer at work, in a process of its own: `python worker.py PEER`.

Each line it reads names a method and its arguments, as JSON: `["rpc", [1000]]`. Each line that it
writes is what came of it: `{"value": 1.2e-05}`, or `{"unable": "why"}`.
"""

import asyncio
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout

from peers.work import Peer, Unable


def _core(module: str) -> Callable[[], Peer]:
    def make() -> Peer:
        from peers.core import CorePeer

        return CorePeer(module)

    return make


def _recorded() -> Peer:
    from peers.recorded import RecordedPeer

    return RecordedPeer()


def _threads() -> Peer:
    from peers.threads import ThreadsPeer

    return ThreadsPeer()


def _pools() -> Peer:
    from peers.pools import PoolsPeer

    return PoolsPeer()


def _floor() -> Peer:
    from peers.floor import FloorPeer

    return FloorPeer()


PEERS: dict[str, Callable[[], Peer]] = {
    "sandbox": _core("sandbox"),
    "recorded": _recorded,
    "autogen-core": _core("autogen_core"),
    "agentopera": _core("agentopera.core"),
    "pykka": _threads,
    "xoscar": _pools,
    "asyncio": _floor,
}


def main() -> None:
    """Work until there is nothing more to read."""
    # Observing nothing is what is compared: no spans, and no log records of any package.
    os.environ["AUTOGEN_DISABLE_RUNTIME_TRACING"] = "true"
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    answers = sys.stdout
    peer: Peer | None = None
    with redirect_stdout(sys.stderr):
        for line in sys.stdin:
            name, arguments = json.loads(line)
            try:
                peer = peer or PEERS[sys.argv[1]]()
                answer = {"value": asyncio.run(getattr(peer, name)(*arguments))}
            except (Unable, ImportError) as error:
                answer = {"unable": str(error)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
