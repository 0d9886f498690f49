"""The demonstration: set the story's house up before the parts start, and play it afterwards."""

from collections.abc import Sequence

from subsidy.commands.installation.preparing import Login
from subsidy.settings import Settings


def prepare_demo(settings: Settings) -> Sequence[Login]:
    """Open areas, providers and accounts of the story; return one log-in for each account.

    Safe to repeat: what is there stays. The story itself is played by a flow run.
    """
    from subsidy.actions.access.demo import DEMO_PASSWORD
    from subsidy.scenario.weekly import open_player

    player = open_player(settings)
    try:
        player.set_up()
    finally:
        player.database.dispose()
    return [
        Login(role=account.role, name=account.login, password=DEMO_PASSWORD)
        for account in player.story.accounts
    ]
