-- Purpose: what is known of annotators beside their votes; what they asked to be spared makes no group of them.
-- Grain: one row per crowd annotator and attribute.
-- Parameters: none.
select annotator_id, annotator_id as annotator, entry.key as attribute, entry.value as value,
       entry.key || '=' || entry.value as "group"
from (select annotator_id, unnest(map_entries(attributes)) as entry from annotators where kind = 'crowd')
where entry.value is not null and entry.value <> '' and entry.key <> 'opt_out'
order by annotator_id, attribute
