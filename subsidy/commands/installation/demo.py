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


def story_cities(settings: Settings) -> str:
    """The cities of the story, as the setting `cities` takes them."""
    from subsidy.scenario.reading import STORY, read_scenario

    return ",".join(read_scenario(settings.config_file(STORY)).cities())


def start_story(settings: Settings, *, auth: str) -> str:
    """Ask the flow runner to play what is left of the story; return a sentence about it."""
    from subsidy.flow_api import FlowApi
    from subsidy.scenario.weekly import FLOW, open_player

    player = open_player(settings)
    left = player.days_left()
    player.database.dispose()
    if not left:
        return "the story has been played to its end; delete this home to play it again"
    with FlowApi(url=settings.prefect_url, auth=auth) as api:
        api.start(f"{FLOW}/all")
    return f"the story is being played from {left[0]} to {left[-1]}: watch play-week in the flow UI"
