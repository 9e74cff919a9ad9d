-- Purpose: gold that measures or is sealed, and the comments in one group of near-copies with it.
-- Grain: one row per comment.
-- Parameters: none.
with apart as (select comment_id, text from gold_set where role in ('measure', 'sealed')),
near as (
    select distinct o.comment_id from comment_copies c
    join comment_copies o on o.duplicate_group = c.duplicate_group
    where c.comment_id in (select comment_id from apart)
)
select n.comment_id, coalesce(r.text, a.text) as text, a.comment_id is not null as is_apart
from near n left join raw_comments r using (comment_id) left join apart a using (comment_id)
order by n.comment_id
