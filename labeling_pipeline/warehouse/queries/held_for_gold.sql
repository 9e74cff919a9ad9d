-- Purpose: comments drawn for experts that may still become gold that measures, and their near-copies: no export has them
-- until that is decided, or their time is over. Rounds of which the draw would hold back too much are not waited for,
-- nor is anything where there are no two experts to ask.
-- Grain: one row per comment; is_drawn tells the drawn ones from their near-copies.
-- Parameters: $since (drawn later than that), $share (of a round's comments that may be held at most).
with size as (select labeling_round, count(distinct comment_id) as n from decomposed_tasks group by labeling_round),
drawn as (
    select comment_id, labeling_round, planned_at, count(*) over (partition by labeling_round) as n_drawn
    from unanimous_review where inclusion_p is not null
),
held as (
    select d.comment_id
    from drawn d join size s using (labeling_round) left join gold_candidates c on c.comment_id = d.comment_id
    where d.n_drawn <= $share * s.n
      and (c.state = 'ready' or (d.planned_at > $since and coalesce(c.state, 'candidate') = 'candidate'
                                 and coalesce(len(c.expert_ids), 0) < 2))
      and d.comment_id not in (select comment_id from gold_set)
      and d.comment_id not in (select comment_id from learned_comments)
      and (select count(*) from annotators where kind = 'expert') >= 2
)
select comment_id, true as is_drawn from held
union all
select distinct o.comment_id, false
from comment_copies c join comment_copies o on o.duplicate_group = c.duplicate_group
where c.comment_id in (select comment_id from held) and o.comment_id not in (select comment_id from held)
order by comment_id
