"""What must hold before anything is started; every fault is told at once."""

import socket
from importlib.util import find_spec

from subsidy.keys import Keys, load_or_create_keys
from subsidy.settings import Settings, SetupError, make_home
from subsidy.supervisor.parts import CONSOLE_APP
from subsidy.supervisor.schema import Schema, read_schema, refuse_unless_fit


def check_home(settings: Settings) -> tuple[Keys, Schema]:
    """Make folders and keys where they are missing and look at the database.

    Returns the keys and the database's schema as it was found; raises SetupError.
    """
    make_home(settings)
    schema = read_schema(settings.database_url)
    refuse_unless_fit(schema, database_url=settings.database_url)
    keys = load_or_create_keys(settings.keys_folder, database_in_use=schema.in_use)
    return keys, schema


def check_ports(settings: Settings) -> None:
    """Raise SetupError for each port that somebody else listens on."""
    wanted = (
        (settings.host, settings.port, "console", "--port or SUBSIDY_PORT"),
        ("127.0.0.1", settings.prefect_port, "flow UI", "--prefect-port or SUBSIDY_PREFECT_PORT"),
    )
    faults = [
        f"Port {port} on {host}, wanted for the {title}, is in use ({why}). Stop what uses it, or "
        f"choose another with {remedy}."
        for host, port, title, remedy in wanted
        if (why := why_not_free(host, port))
    ]
    if faults:
        raise SetupError(*faults)


def why_not_free(host: str, port: int) -> str | None:
    """Return why nothing can listen on host:port, or None if it is free."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return None


def check_console(console_app: str = CONSOLE_APP) -> None:
    """Raise SetupError if the console is not installed."""
    module = console_app.partition(":")[0]
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise SetupError(
            f"{module}: is not installed, so there is no console to start. Run `make setup` in a "
            "complete checkout."
        )
