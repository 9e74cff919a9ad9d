-- Purpose: what is known of annotators beside their votes.
-- Grain: one row per crowd annotator and attribute.
-- Parameters: none.
select annotator_id as annotator, entry.key as attribute, entry.value as value
from (select annotator_id, unnest(map_entries(attributes)) as entry from annotators where kind = 'crowd')
where entry.value is not null
order by annotator_id, attribute
