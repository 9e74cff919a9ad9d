-- Purpose: comments of crowd rounds that nobody was asked about yet and nobody answered.
-- Grain: one row per comment and round.
-- Parameters: none.
with answered as (select distinct comment_id, labeling_round from vote_log)
select distinct t.labeling_round, t.comment_id, c.text, r.votes_per_comment
from decomposed_tasks t
join rounds r on r.labeling_round = t.labeling_round and r.kind = 'crowd'
join raw_comments c on c.comment_id = t.comment_id
left join answered a on a.comment_id = t.comment_id and a.labeling_round = t.labeling_round
where a.comment_id is null and t.labeling_round not in (select labeling_round from assignments)
order by t.labeling_round, t.comment_id
