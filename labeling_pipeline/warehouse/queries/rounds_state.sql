-- Purpose: how far every labeling round is. A comment that came with votes of elsewhere, so that nobody was asked about
-- it, is done with however many there are: it was a finished delivery. What became gold that measures before anybody was
-- asked is withdrawn from its round.
-- Grain: one row per round.
-- Parameters: $votes_per_comment (votes that make a comment of a crowd round done, where the round does not say).
with handed_out as (select distinct labeling_round, comment_id from assignments),
withdrawn as (
    select t.labeling_round, t.comment_id from decomposed_tasks t
    join rounds r on r.labeling_round = t.labeling_round and r.kind = 'crowd'
    join gold_set g on g.comment_id = t.comment_id and g.role in ('measure', 'sealed')
    anti join handed_out h on h.comment_id = t.comment_id and h.labeling_round = t.labeling_round
    anti join answered_rounds v on v.comment_id = t.comment_id and v.labeling_round = t.labeling_round
),
asked as (
    select distinct t.labeling_round, t.comment_id from decomposed_tasks t
    anti join withdrawn w on w.comment_id = t.comment_id and w.labeling_round = t.labeling_round
),
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
