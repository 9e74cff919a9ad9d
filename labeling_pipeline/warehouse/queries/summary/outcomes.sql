-- Purpose: where labels with an outcome come from, and which of them are gold.
-- Grain: one row per outcome, origin (votes, verdict, aside: only votes that do not count), and whether it is gold.
-- Parameters: none.
with voted as (select comment_id from consensus_labels),
gold as (select comment_id from gold_set where role in ('fit', 'measure', 'sealed'))
select outcome, comment_id in (select comment_id from gold) as is_gold,
       case when comment_id in (select comment_id from voted) then 'votes'
            when source = 'verdict' then 'verdict' else 'aside' end as origin,
       count(*) as n
from qc_outcomes group by all order by all
