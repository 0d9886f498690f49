"""`subsidy doctor`: the installation, where each setting came from, and what is amiss."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.surroundings import NOT_SET_UP, SOME_REFUSED

if TYPE_CHECKING:
    from subsidy.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def doctor(
    *,
    home: Annotated[Path | None, typer.Option(help="Folder of databases, files and keys")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Show settings with their origin, database, keys, calendar, ports and processes.

    Exit codes: 0 nothing amiss, 1 findings, 3 the settings cannot be read.
    """
    from subsidy.settings import SetupError, load_settings

    try:
        report = examine(load_settings(flags={"home": home}))
    except SetupError as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(NOT_SET_UP) from None
    typer.echo(json_text.dumps(report, ensure_ascii=False, indent=1) if as_json else _told(report))
    raise typer.Exit(SOME_REFUSED if report["findings"] else 0)


def examine(settings: "Settings") -> dict[str, Any]:
    """Return the whole report as plain values; `findings` holds one sentence per fault."""
    findings = [
        f"{name} is set but is no setting of ours; correct or remove it."
        for name in settings.unknown
    ]
    return {
        "settings": [
            {"name": name, "value": value, "origin": origin.kind, "from": origin.text}
            for name, value, origin in settings.shown()
        ],
        "database": _database(settings, findings),
        "keys": _keys(settings, findings),
        "calendar": _calendar(settings, findings),
        "processes": _processes(settings, findings),
        "findings": findings,
    }


def _database(settings: "Settings", findings: list[str]) -> dict[str, Any]:
    from subsidy.settings import SetupError, shown_url
    from subsidy.supervisor.schema import read_schema, refuse_unless_fit

    found: dict[str, Any] = {"url": shown_url(settings.database_url)}
    try:
        schema = read_schema(settings.database_url)
        found |= {"schema": schema.kind, "found": schema.found, "wanted": schema.wanted}
        refuse_unless_fit(schema, database_url=settings.database_url)
    except SetupError as error:
        findings.extend(error.faults)
    return found


def _keys(settings: "Settings", findings: list[str]) -> dict[str, str]:
    from subsidy.keys import key_report

    report = key_report(settings.keys_folder)
    if settings.keys_folder.exists():
        findings.extend(state for _, state in report if state != "present")
    return {name: "present" if state == "present" else "missing or unfit" for name, state in report}


def _calendar(settings: "Settings", findings: list[str]) -> dict[str, Any]:
    from subsidy.clock import business_day

    years = sorted(
        int(path.stem)
        for path in settings.config_files("calendar/*.yaml").values()
        if path.stem.isdigit()
    )
    this_year = business_day(settings).year
    if this_year not in years:
        findings.append(
            f"The working calendar of {this_year} is not loaded, so deadlines of this year stay "
            "provisional. Run `subsidy calendar load` with the State Council's notice."
        )
    return {"years": years, "business_year": this_year}


def _processes(settings: "Settings", findings: list[str]) -> dict[str, Any]:
    from subsidy.supervisor.checks import why_not_free
    from subsidy.supervisor.lock import holder_of
    from subsidy.supervisor.parts import children_file

    holder = holder_of(settings.run_folder)
    ports = {
        "console": (settings.host, settings.port),
        "flow UI": ("127.0.0.1", settings.prefect_port),
    }
    found: dict[str, Any] = {"running": holder, "ports": {}, "memory_mb": {}}
    for title, (host, port) in ports.items():
        why = why_not_free(host, port)
        found["ports"][title] = {"address": f"{host}:{port}", "free": why is None}
        if why and not holder:
            findings.append(f"Port {port} on {host}, wanted for the {title}, is in use ({why}).")
    if holder and children_file(settings).exists():
        pids = json_text.loads(children_file(settings).read_text(encoding="ascii"))
        found["memory_mb"] = {name: resident_mb(pid) for name, pid in pids.items()}
    return found


def resident_mb(pid: int) -> float | None:
    """Return a process's resident memory in MB, or None where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    rows = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return round(int(rows["VmRSS"].split()[0]) / 1024, 1) if "VmRSS" in rows else None


def _told(report: dict[str, Any]) -> str:
    lines = ["Settings"]
    for each in report["settings"]:
        origin = each["origin"] + (f" ({each['from']})" if each["from"] else "")
        lines.append(f"  {each['name']:<22} {each['value']:<44} {origin}")
    database = report["database"]
    lines += ["Database", f"  {database['url']}  schema {database.get('schema', 'not reachable')}"]
    lines += ["Keys", *(f"  {name:<22} {state}" for name, state in report["keys"].items())]
    years = ", ".join(str(year) for year in report["calendar"]["years"]) or "none"
    lines += ["Calendar", f"  years loaded: {years}"]
    processes = report["processes"]
    lines += ["Processes", f"  running: {processes['running'] or 'no'}"]
    for title, port in processes["ports"].items():
        lines.append(f"  {title:<22} {port['address']} {'free' if port['free'] else 'in use'}")
    lines += [f"  {name:<22} {mb} MB" for name, mb in processes["memory_mb"].items()]
    lines += ["Findings", *(f"  {finding}" for finding in report["findings"] or ["none"])]
    return "\n".join(lines)
