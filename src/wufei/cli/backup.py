"""``wufei backup FILE``: everything needed to start again elsewhere, in one file."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from wufei.cli.archive import pack
from wufei.cli.archive.server import own_server, place
from wufei.cli.processes import folder
from wufei.cli.processes.folder import Refused
from wufei.config import environment as env


def backup(
    file: Annotated[Path, typer.Argument(help="The .tar file to write.")],
    overwrite: Annotated[bool, typer.Option(help="Replace a file that is there.")] = False,
) -> None:
    """Write database, files, secrets and streams' positions into one .tar; works while all runs."""
    home = env.home()
    if file.exists() and not overwrite:
        raise Refused(f"{file} is there already. Choose another name, or add --overwrite.")
    if not file.absolute().parent.is_dir():
        raise Refused(f"There is no folder {file.absolute().parent}. Make it first.")
    with ExitStack() as stack:
        if not env.text("DATABASE_URL") and not folder.in_use(home):
            stack.enter_context(folder.locked(home))
            stack.enter_context(own_server(home))
        manifest = pack.write(file.absolute(), place())
    files = sum(member["name"].startswith("files/") for member in manifest["members"])
    size_mb = file.stat().st_size / 1e6
    print(f"{file}: {size_mb:.1f} MB, the database and {files} files. It holds secrets.")
