"""Starting Ray, or finding it, the way the house wants it: nothing is reported to anybody, and nobody else gets in.

Ray opens ports on every interface, whatever it is told, and by default whoever reaches them can run programs. A Ray that is started
here therefore has a token that nobody else knows.
"""

from __future__ import annotations

import os
import secrets
import sys
from typing import Any

from voicesim.errors import BadInputError, ServiceError

HERE = "local"
"""Stands for a Ray of one's own on this machine."""


def ray_or_say_how() -> Any:
    """The ray package.

    Raises:
        BadInputError: it is not installed.
    """
    # Ray tells its makers how it is used unless it is told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_SERVE_LOG_TO_STDERR", "0")
    try:
        import ray
    except ImportError:
        raise BadInputError(
            "Ray is not installed on this machine.", "Install it with: pip install 'voicesim[cluster]'"
        ) from None
    return ray


def join(address: str, cores: int | None = None) -> Any:
    """Connect to a Ray cluster, or start one on this machine only.

    Args:
        address: ``host:6379`` of the head node (from one of the cluster's machines), ``auto`` for the one this machine belongs to,
            ``ray://host:10001`` from a machine outside it, or ``local``: a Ray of this process's own that lets nobody else in
            and ends with it.
        cores: with ``local``: how many cores it may use; None for all.

    Returns:
        The ray package, connected.

    Raises:
        BadInputError: ray is not installed, or this process is connected to another cluster.
        ServiceError: there is no cluster at the address, or none could be started here.
    """
    if address == HERE and "ray" not in sys.modules:  # Ray reads this once, when it is loaded
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        if os.environ["RAY_AUTH_MODE"] == "token":
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    ray = ray_or_say_how()
    if ray.is_initialized():
        connected = ray.get_runtime_context().gcs_address
        if address not in (HERE, "auto", connected):
            raise BadInputError(
                f"This process is connected to the Ray cluster at {connected} already.", "Leave that one first."
            )
        return ray
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address == HERE:
            # Named, because without an address Ray looks for a cluster that runs here already, and joins that.
            ray.init(
                address=HERE, num_cpus=cores, include_dashboard=False, _node_ip_address="127.0.0.1",
                object_store_memory=256 * 1024 * 1024, **quiet,
            )  # fmt: skip
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, ValueError, RuntimeError, TimeoutError, OSError) as error:
        told = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        if address == HERE:
            raise ServiceError(
                f"Ray did not start on this machine ({told}).", "Is there memory and room on the disk left for it?"
            ) from None
        raise ServiceError(
            f"There is no Ray cluster at {address} ({told}).",
            "Start one with `ray start --head` and give its address, or use --address local.",
        ) from None
    return ray
