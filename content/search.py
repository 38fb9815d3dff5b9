"""Search over everything published: words, names, synonyms and slips of the pen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from content.models import SearchEntry
from content.search_index import rebuild
from content.search_query import Query, understand

__all__ = ["Found", "Results", "find", "rebuild", "refresh"]

START, STOP = "\x02", "\x03"
MARKS = f"StartSel={START}, StopSel={STOP}"

# How much an entry answers the query is the sum of
# named    the query is its title, one of its names, or a synonym of either;
# alike    how many groups of three letters its most similar name shares with the query, of more
#          than a chance number;
# worded   in which parts of it the words stand: title, names, summary, body;
# covered  how much of the query stands in it at all;
# phrased  the words stand in it as typed, side by side.
# Both worded and covered weigh a word by how few entries have it.
RANKED = """
WITH entry AS NOT MATERIALIZED (
    SELECT * FROM content_searchentry WHERE findable_from <= %(now)s
), given AS (
    SELECT number, factor, text, to_tsquery('clinic_english', text) AS stems
    FROM unnest(%(numbers)s::int[], %(factors)s::float[], %(queries)s)
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
), worded AS (
    SELECT id, sum(strength * rare) / whole AS worded,
        coalesce(sum(rare) FILTER (WHERE number > 0), 0) / whole AS covered
    FROM matched JOIN rarity USING (number),
        (SELECT sum(rare) AS whole FROM rarity WHERE number > 0) AS query
    GROUP BY id, whole
), scored AS (
    SELECT entry.*, coalesce(worded, 0) AS worded, coalesce(covered, 0) AS covered,
        (SELECT max(similarity(name, %(meant)s)) FROM unnest(keys) AS name) AS alike,
        vector @@ phraseto_tsquery('clinic_english', %(meant)s) AS phrased,
        CASE
            WHEN keys[1] = ANY(%(typed)s) THEN 3
            WHEN keys && %(typed)s THEN 2
            WHEN keys[1] = ANY(%(synonyms)s) THEN 1.7
            WHEN keys && %(synonyms)s THEN 1.5
            ELSE 0
        END AS named
    FROM entry LEFT JOIN worded USING (id)
    WHERE worded > 0 OR keys && %(typed)s OR keys && %(synonyms)s
), best AS (
    SELECT *, named + worded + covered / 2 + 2 * greatest(0, alike - 0.3) ^ 2
            + CASE WHEN phrased THEN 0.3 ELSE 0 END AS score
    FROM scored
    ORDER BY score DESC, cardinality(keys), address
    LIMIT %(limit)s
)
SELECT kind, address, title, summary, CASE WHEN to_tsvector('clinic_english', summary) @@ sought
        THEN ts_headline('clinic_english', summary, sought, %(whole)s)
        ELSE ts_headline('clinic_english', body, sought, %(extract)s)
    END AS passage, score, named, worded, covered, alike, phrased
FROM best, to_tsquery('clinic_english', %(sought)s) AS sought
ORDER BY score DESC, cardinality(keys), address
"""

NEAREST_NAMES = """
SELECT kind, address, title
FROM content_searchentry, LATERAL (
    SELECT max(greatest(similarity(name, %(meant)s), strict_word_similarity(name, %(meant)s)))
    FROM unnest(keys) AS name
) AS nearest (likeness)
WHERE findable_from <= %(now)s AND likeness > 0.2
ORDER BY likeness DESC, address
LIMIT 5
"""


def find(query: str, *, now, limit=10):
    u = understand(query, now=now)
    if not u.parts: return []
    with connection.cursor() as c:
        c.execute(RANKED, dict(now=now,numbers=[p.number for p in u.parts],factors=[p.factor for p in u.parts],queries=[p.tsquery for p in u.parts],
          meant=" ".join(u.meant), typed=list({" ".join(u.meant)," ".join(u.asked)}), synonyms=u.synonyms, limit=limit, sought=" | ".join(f"({p.tsquery})" for p in u.parts),
          whole=f'HighlightAll=true, {MARKS}', extract=f'MaxFragments=1, MaxWords=24, MinWords=12, {MARKS}'))
        return [(a,b,c,d,e,*(f)) for b,c,d,a,e,*f in [(r[1],r[2],r[3],r[0],r[4],*r[5:]) for r in c.fetchall()]]
