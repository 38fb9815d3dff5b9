"""Every row of the test database, taken out and put back within a moment."""

import io

from django.db import connection, transaction


def copied() -> dict[str, bytes]:
    """Of each table what is in it now, for `put_back`."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            copied = io.BytesIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', copied)
            rows[table] = copied.getvalue()
    return rows


@transaction.atomic
def put_back(rows: dict[str, bytes]) -> None:
    """Each table has these rows and no others."""
    # Foreign keys are looked at when the transaction ends, so the order does not matter.
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in rows))
        for table, copied in rows.items():
            if copied:
                cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.BytesIO(copied))
