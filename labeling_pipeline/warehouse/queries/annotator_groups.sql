-- Purpose: the groups annotators are in.
-- Grain: one row per annotator and attribute.
-- Parameters: none.
select annotator_id, entry.key || '=' || entry.value as "group"
from (select annotator_id, unnest(map_entries(attributes)) as entry from annotators where kind = 'crowd')
where entry.value is not null and entry.value <> '' order by 1, 2
