"""`darkroom`: the service and its client on the command line."""

import typer

from entrypoints.cli import config, keys, models, tasks
from entrypoints.cli.collect import collect
from entrypoints.cli.demo import demo
from entrypoints.cli.doctor import doctor
from entrypoints.cli.group import TellingGroup
from entrypoints.cli.run import run
from entrypoints.cli.serve import serve
from entrypoints.cli.up import up
from entrypoints.cli.worker import worker

app = typer.Typer(
    cls=TellingGroup,
    help="Image models as durable, prioritised tasks.",
    epilog="Start with: darkroom run superres-x4 photo.jpg -o big.png",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(up)
app.command()(serve)
app.command()(worker)
app.command()(collect)
app.command()(run)
app.add_typer(models.app, name="models")
app.add_typer(tasks.app, name="tasks")
app.add_typer(keys.app, name="keys")
app.add_typer(config.app, name="config")
app.command()(doctor)
app.command()(demo)


def main() -> None:
    """The `darkroom` command."""
    app(prog_name="darkroom")


if __name__ == "__main__":
    main()
