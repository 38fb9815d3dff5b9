"""Search over everything published: words, names, synonyms and slips of the pen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from content.models import SearchEntry
from content.search_index import rebuild, refresh
from content.search_query import Query, understand

__all__ = ["Found", "Results", "find", "rebuild", "refresh"]

# Characters that no entry holds stand around what was found until the text is escaped.
START, STOP = "\x02", "\x03"
MARKS = f"StartSel={START}, StopSel={STOP}"
WHOLE = f"HighlightAll=true, {MARKS}"
EXTRACT = f"MaxFragments=1, MinWords=16, MaxWords=28, {MARKS}"

# How well an entry answers a query is the sum of
#   named    the query is its title, one of its names, a synonym of either, or names a condition;
#   worded   where in it the words stand: title, names, summary or text;
#   covered  how many of the words it has at all;
#   alike    how many groups of three letters the query shares with its most similar name;
#   phrased  the words stand in it side by side, as typed.
# Worded and covered count a word the more, the fewer entries have it.
RANKED = """
WITH entry AS NOT MATERIALIZED (
    SELECT * FROM content_searchentry WHERE findable_from <= %(now)s
), given AS (
    SELECT number, factor, text, to_tsquery('clinic_english', text) AS stems
    FROM unnest(%(numbers)s::int[], %(factors)s::float[], %(texts)s::text[])
        AS given (number, factor, text)
), part AS (
    SELECT number, factor, stems AS query FROM given WHERE numnode(stems) > 0
    UNION ALL
    -- Words such as “who” and “it” count where there are no others.
    SELECT number, factor, to_tsquery('clinic_words', text) FROM given
    WHERE NOT EXISTS (SELECT FROM given WHERE number > 0 AND numnode(stems) > 0)
), matched AS (
    SELECT number, id, max(factor * ts_rank('{0.1, 0.3, 0.6, 1}', vector, query)) AS strength
    FROM part JOIN entry ON vector @@ query
    GROUP BY number, id
), rarity AS (
    SELECT number, ln(1 + (SELECT count(*) FROM entry)::float / greatest(1, count(id))) AS rare
    FROM (SELECT DISTINCT number FROM part) AS number LEFT JOIN matched USING (number)
    GROUP BY number
), wording AS (
    SELECT id, sum(strength * rare) / whole AS worded,
        coalesce(sum(rare) FILTER (WHERE number > 0), 0) / whole AS covered
    FROM matched JOIN rarity USING (number),
        (SELECT sum(rare) AS whole FROM rarity WHERE number > 0) AS query
    GROUP BY id, whole
), judged AS (
    SELECT entry.*, coalesce(worded, 0) AS worded, coalesce(covered, 0) AS covered,
        (SELECT max(similarity(name, %(meant)s)) FROM unnest(keys) AS name) AS alike,
        vector @@ phraseto_tsquery('clinic_english', %(meant)s) AS phrased,
        CASE
            WHEN keys[1] = ANY(%(typed)s::text[]) THEN 3
            WHEN keys && %(typed)s THEN 2
            WHEN keys[1] = ANY(%(synonyms)s) THEN 1.7
            WHEN keys && %(synonyms)s THEN 1.5
            WHEN kind = 'condition' AND EXISTS (
                SELECT FROM unnest(keys) AS name
                WHERE strpos(' ' || %(meant)s || ' ', ' ' || name || ' ') > 0
            ) THEN 0.4
            ELSE 0
        END AS named
    FROM entry LEFT JOIN wording USING (id)
    WHERE worded > 0 OR keys && %(typed)s OR keys && %(synonyms)s
), scored AS (
    SELECT *, round((
        named + worded + covered / 2 + 2 * greatest(0, alike - 0.3) ^ 2 + 0.3 * phrased::int
    )::numeric, 2) AS score
    FROM judged
), best AS (
    -- Of equals, the one that goes by fewer names is more about this one.
    SELECT *, row_number() OVER (ORDER BY score DESC, cardinality(keys), address) AS place
    FROM scored WHERE score >= 0.25 * (SELECT least(1, max(score)) FROM scored)
)
SELECT kind, address, ts_headline('clinic_english', title, sought, %(whole)s),
    ts_headline('clinic_english', summary, sought, %(whole)s),
    CASE WHEN to_tsvector('clinic_english', concat_ws(' ', title, names, summary)) @@ sought
        THEN '' ELSE ts_headline('clinic_english', body, sought, %(extract)s)
    END
FROM best, to_tsquery('clinic_english', %(sought)s) AS sought
WHERE place <= %(limit)s ORDER BY place
"""

NEAREST = """
SELECT kind, address, title, summary, ''
FROM content_searchentry, LATERAL (
    SELECT max(greatest(similarity(name, %(meant)s), strict_word_similarity(name, %(meant)s)))
    FROM unnest(keys) AS name
) AS nearest (likeness)
WHERE findable_from <= %(now)s AND likeness > 0.2
ORDER BY likeness DESC, cardinality(keys), address
LIMIT 5
"""


@dataclass(frozen=True)
class Found:
    kind: str
    address: str
    title: SafeString
    passage: SafeString


@dataclass(frozen=True)
class Results:
    """`read_as` is the query as it was understood, if that is not how it was typed; `nearest` are
    names that look like it, where nothing was found."""

    found: list[Found]
    read_as: str = ""
    nearest: tuple[Found, ...] = ()


def find(text: str, *, now: datetime, limit: int = 10) -> Results:
    """What answers the query best, of what readers may see at `now`; three queries, or four."""
    query = understand(text, now=now)
    if not query.parts:
        return Results(found=[])
    found = _ask(RANKED, query, now=now, limit=limit)
    nearest = () if found else tuple(_ask(NEAREST, query, now=now, limit=limit))
    return Results(found=found, read_as=query.read_as, nearest=nearest)


def _ask(sql: str, query: Query, *, now: datetime, limit: int) -> list[Found]:
    values: dict[str, Any] = {
        "now": now,
        "limit": limit,
        "numbers": [part.number for part in query.parts],
        "factors": [part.factor for part in query.parts],
        "texts": [part.tsquery for part in query.parts],
        "sought": " | ".join(part.tsquery for part in query.parts if part.number > 0),
        "meant": " ".join(query.meant),
        "typed": [" ".join(query.meant), " ".join(query.asked)],
        "synonyms": query.synonyms,
        "whole": WHOLE,
        "extract": EXTRACT,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_found(*row) for row in cursor.fetchall()]


def _found(kind: str, address: str, title: str, summary: str, extract: str) -> Found:
    """An extract of the text says more where neither names nor summary hold what was typed."""
    return Found(
        kind=SearchEntry.Kind(kind).label,
        address=address,
        title=_marked(title),
        passage=_marked(f"… {extract} …" if START in extract else summary),
    )


def _marked(text: str) -> SafeString:
    """Safe HTML: escaped first, then what was found is marked."""
    marked = escape(text).replace(START, "<mark>").replace(STOP, "</mark>")
    return mark_safe(marked)  # noqa: S308 - escaped one line above
