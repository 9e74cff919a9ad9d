-- Purpose: how far every labeling round is.
-- Grain: one row per round.
-- Parameters: $votes_per_comment (votes that make a comment of a crowd round done, where the round does not say).
with asked as (select distinct labeling_round, comment_id from decomposed_tasks),
voted as (
    select comment_id, labeling_round, count(distinct coalesce(annotator_id, vote_id)) as n_votes
    from crowd_votes where is_current group by all
),
judged as (select distinct comment_id from expert_verdicts)
select r.labeling_round, r.kind, r.reason, r.batch_id, r.schema_version, r.published_at, count(*) as n_comments,
       count(*) filter (where case r.kind when 'expert' then j.comment_id is not null
                              else coalesce(v.n_votes, 0) >= coalesce(r.votes_per_comment, $votes_per_comment) end
       ) as n_done
from rounds r
join asked a on a.labeling_round = r.labeling_round
left join voted v on v.comment_id = a.comment_id and v.labeling_round = r.labeling_round
left join judged j on j.comment_id = a.comment_id
group by all
order by r.labeling_round
