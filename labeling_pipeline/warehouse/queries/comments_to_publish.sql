-- Purpose: comments of crowd rounds that nobody was asked about yet and that lack votes.
-- Grain: one row per comment and round.
-- Parameters: none.
select distinct t.labeling_round, t.comment_id, c.text
from decomposed_tasks t
join rounds r on r.labeling_round = t.labeling_round and r.kind = 'crowd'
join raw_comments c on c.comment_id = t.comment_id
where t.comment_id not in (select comment_id from vote_log)
  and t.labeling_round not in (select labeling_round from assignments)
order by t.labeling_round, t.comment_id
