"""Bringing the service up and keeping it up until it is told to stop."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from voicesim.asr.remote.address import is_loopback
from voicesim.asr.serving.cluster import HERE, join
from voicesim.asr.serving.service import ServiceOptions, application
from voicesim.errors import BadInputError, ServiceError
from voicesim.stopping import asked_to_stop

NAME = "voicesim-asr"


@contextmanager
def served(
    options: ServiceOptions,
    address: str = HERE,
    host: str = "127.0.0.1",
    port: int = 8000,
    tls: tuple[Path, Path] | None = None,
) -> Iterator[None]:
    """The service, answering while the body runs.

    Args:
        options: what is served.
        address: of a Ray cluster; see `cluster.join`.
        host: interface to listen on.
        port: to listen on.
        tls: certificate and key, PEM files on the machine that serves; None for plain HTTP.

    Raises:
        BadInputError: it would be open to the network without a token.
        WeightsError: the weights are missing or damaged.
        ServiceError: Ray is gone, or the service does not come up.
    """
    if not is_loopback(host) and not options.token:
        raise BadInputError(
            f"On {host} everybody on the network could use it, and it has no token.",
            "Put one into VOICESIM_ASR_KEY, here and where it is used, or stay on --host 127.0.0.1.",
        )
    if address == HERE and options.device == "cpu":
        _look_for_weights(options.model)
    for file in tls or ():
        if not file.is_file():
            raise BadInputError(f"There is no file {file}.", "Name the certificate and the key, two PEM files.")
    http = {"host": host, "port": port}
    encrypted = {"ssl_certfile": str(tls[0].resolve()), "ssl_keyfile": str(tls[1].resolve())} if tls else {}
    ray = join(address, max(2, options.copies * options.threads + 1) if address == HERE else None)
    from ray import serve

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    try:
        serve.start(
            proxy_location="HeadOnly",
            http_options={**http, **encrypted},
            logging_config={"log_level": "WARNING", "enable_access_log": False},
        )
        serve.run(application(options), name=NAME, route_prefix="/")
    except Exception as error:  # Ray wraps whatever went wrong over there in errors of its own
        _take_down(ray, address)
        told = next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
        raise ServiceError(
            f"The service did not come up: {told.rstrip('.')}.", "Is the port free, and does the model fit?"
        ) from None
    try:
        yield
    finally:
        _take_down(ray, address)


def wait_for_the_end() -> None:
    """Until Ctrl-C, or until the system asks for the end."""
    with asked_to_stop(signal.SIGINT, signal.SIGTERM) as asked:
        while not asked.wait(1.0):
            pass


def _take_down(connected: Any, address: str) -> None:
    """A Ray of our own goes as a whole; on a cluster only our service does, whatever else is served there."""
    with suppress(Exception):  # the end is the end, whatever Ray makes of it
        if address != HERE:
            import ray.serve

            serve: Any = ray.serve
            serve.delete(NAME)
    with suppress(Exception):
        connected.shutdown()


def _look_for_weights(model: str) -> None:
    """Say in one line now what would otherwise come out of a worker's traceback."""
    from voicesim.asr.catalogue import catalogue
    from voicesim.asr.store import find

    find(model or catalogue().default)
