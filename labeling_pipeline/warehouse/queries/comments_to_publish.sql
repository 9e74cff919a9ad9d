-- Purpose: comments of crowd rounds that nobody was asked about yet and nobody answered; what became gold that measures
-- meanwhile is not asked any more.
-- Grain: one row per comment and round; n_parts: how often work of the round was handed out already.
-- Parameters: none.
with answered as (select distinct comment_id, labeling_round from answered_rounds),
asked as (select distinct comment_id, labeling_round from assignments),
parts as (select labeling_round, count(distinct published_at) as n_parts from assignments group by labeling_round)
select distinct t.labeling_round, t.comment_id, c.text, r.votes_per_comment, r.reason, coalesce(p.n_parts, 0) as n_parts
from decomposed_tasks t
join rounds r on r.labeling_round = t.labeling_round and r.kind = 'crowd'
join raw_comments c on c.comment_id = t.comment_id
left join parts p on p.labeling_round = t.labeling_round
left join waiting_for_room w on w.comment_id = t.comment_id and w.labeling_round = t.labeling_round
left join answered a on a.comment_id = t.comment_id and a.labeling_round = t.labeling_round
left join asked b on b.comment_id = t.comment_id and b.labeling_round = t.labeling_round
where a.comment_id is null and b.comment_id is null
  and t.comment_id not in (select comment_id from gold_set where role in ('measure', 'sealed'))
  and (p.n_parts is null or w.comment_id is not null)
order by t.labeling_round, t.comment_id
