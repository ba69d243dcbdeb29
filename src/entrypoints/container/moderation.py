"""What stands in front of the models that take a prompt."""

from entrypoints.configuration import ConfigurationError
from entrypoints.settings import Settings
from ports.moderation import Moderation


def build_moderation(settings: Settings) -> Moderation:
    """The deny list of MODERATION_DENY_FILE, which is read once; an empty one without it."""
    from adapters.moderation.deny_list import DenyListModeration, entries_of

    path = settings.moderation_deny_file
    if path is None:
        return DenyListModeration()
    try:
        return DenyListModeration(entries_of(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"MODERATION_DENY_FILE: {path} can't be read: {error}") from error
