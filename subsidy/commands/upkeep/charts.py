"""`subsidy charts`: the declared lifecycles as pictures and tables."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
DIAGRAMS = Path(__file__).resolve().parents[3] / "docs" / "diagrams"


@app.callback()
def charts() -> None:
    """Show what may happen next to claims, classes, notices, batches and tickets."""


@app.command()
def diagrams(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where the pages are written.")
    ] = DIAGRAMS,
) -> None:
    """Write one page for each chart, with a Mermaid diagram and a table of its arrows."""
    from states.charts import CHARTS
    from states.diagrams import diagram

    folder.mkdir(parents=True, exist_ok=True)
    for name, chart in CHARTS.items():
        (folder / f"{name}.md").write_text(diagram(chart), encoding="utf-8")
        typer.echo(f"wrote {name}.md")
