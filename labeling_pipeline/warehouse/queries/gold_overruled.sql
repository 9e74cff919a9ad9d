-- Purpose: gold that experts, two or more, contradict with verdicts that count: it is to be retired.
-- Grain: one row per comment.
-- Parameters: none.
select c.comment_id, c.reason
from gold_candidates c join gold_set g using (comment_id)
where c.state = 'overruled' and g.role in ('fit', 'measure', 'sealed') and g.label <> c.label
order by c.comment_id
