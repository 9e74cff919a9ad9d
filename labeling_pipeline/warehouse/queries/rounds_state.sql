-- Purpose: how far every labeling round is. A comment that came with votes of elsewhere, so that nobody was asked about
-- it, is done with however many there are: it was a finished delivery.
-- Grain: one row per round.
-- Parameters: $votes_per_comment (votes that make a comment of a crowd round done, where the round does not say).
with asked as (select distinct labeling_round, comment_id from decomposed_tasks),
handed_out as (select distinct labeling_round, comment_id from assignments),
voted as (
    select v.comment_id, v.labeling_round, count(distinct v.who) as n_votes
    from answered_rounds v where v.vote_id not in (select vote_id from uncounted_votes) group by all
),
judged as (select distinct comment_id from expert_verdicts)
select r.labeling_round, r.kind, r.reason, r.batch_id, r.schema_version, r.published_at, count(*) as n_comments,
       count(*) filter (where case r.kind when 'expert' then j.comment_id is not null
                              when 'crowd' then coalesce(v.n_votes, 0)
                                   >= if(h.comment_id is null, 1, coalesce(r.votes_per_comment, $votes_per_comment)) end
       ) as n_done
from rounds r
join asked a on a.labeling_round = r.labeling_round
left join handed_out h on h.comment_id = a.comment_id and h.labeling_round = a.labeling_round
left join voted v on v.comment_id = a.comment_id and v.labeling_round = r.labeling_round
left join judged j on j.comment_id = a.comment_id
group by all
order by r.labeling_round
