"""Connections to PostgreSQL that give up on a silent server; psycopg's wait for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg


class _Bounded(psycopg.Connection[Any]):
    """A connection that is closed when one answer takes longer than `patience` seconds."""

    patience = 0.0

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        if options.get("timeout") is None:
            options["timeout"] = self.patience
        try:
            return super().wait(gen, *args, **options)
        except psycopg.OperationalError as error:
            # psycopg leaves the meaning of an expired wait to its callers.
            if type(error).__name__ != "_WaitTimeout":
                raise
            self.pgconn.finish()  # whatever it may still say is no answer to what comes next
            raise psycopg.OperationalError(
                f"connection timeout: the server has not answered for {self.patience:g} seconds"
            ) from error


def connect(options: Mapping[str, Any], *, patience: float, connect_timeout: int) -> object:
    """Connect as psycopg does; seconds for one answer, and for the connection itself.

    An address may ask for another `connect_timeout`, which then holds.
    """

    class Bounded(_Bounded):
        pass

    Bounded.patience = patience
    defaults = {"connect_timeout": connect_timeout, "application_name": "convexpert"}
    return Bounded.connect(**{**defaults, **options})
