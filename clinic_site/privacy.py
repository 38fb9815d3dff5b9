"""Which fields of other people's models say something of a person.

Our own models say it themselves, in their inner class `Privacy`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Privacy:
    personal: frozenset[str]
    not_personal: frozenset[str]


THIRD_PARTY = {
    "admin.LogEntry": Privacy(
        # The change message and the name of the row may hold a patient's name.
        personal=frozenset({"id", "user", "action_time", "object_id", "object_repr"})
        | {"change_message"},
        not_personal=frozenset({"content_type", "action_flag"}),
    ),
    "auth.Group": Privacy(
        personal=frozenset(),
        not_personal=frozenset({"id", "name", "permissions"}),
    ),
    "auth.Permission": Privacy(
        personal=frozenset(),
        not_personal=frozenset({"id", "name", "content_type", "codename"}),
    ),
    "auth.User": Privacy(
        # Members of staff; patients have no login.
        personal=frozenset({"id", "username", "first_name", "last_name", "email", "password"})
        | {"last_login", "date_joined", "groups", "user_permissions"},
        not_personal=frozenset({"is_staff", "is_active", "is_superuser"}),
    ),
    "contenttypes.ContentType": Privacy(
        personal=frozenset(),
        not_personal=frozenset({"id", "app_label", "model"}),
    ),
    "sessions.Session": Privacy(
        # What a visitor has typed so far is in the data.
        personal=frozenset({"session_key", "session_data"}),
        not_personal=frozenset({"expire_date"}),
    ),
}

# What the history of a text adds to the columns of the text itself.
HISTORY = Privacy(
    # Which member of staff wrote what and when.
    personal=frozenset({"history_id", "history_user", "history_date", "history_change_reason"}),
    not_personal=frozenset({"history_type"}),
)
