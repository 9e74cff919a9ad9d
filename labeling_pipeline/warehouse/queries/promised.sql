-- Purpose: answers that will have to be paid for. Promised: handed out and not answered; a line that names nobody stands
-- for as many answers as its round asks. Waiting: comments of a round that is not handed out yet.
-- Grain: one row.
-- Parameters: $votes_per_comment (where a round does not say), $schema_version (in force: other rounds do not go out).
with given as (
    select distinct comment_id, who, labeling_round from answered_rounds
    where vote_id not in (select vote_id from returned_votes)
),
lines as (
    select a.labeling_round, a.comment_id, a.annotator_id,
           if(a.annotator_id is null, coalesce(r.votes_per_comment, $votes_per_comment), 1) as wanted
    from assignments a join rounds r on r.labeling_round = a.labeling_round
),
of_anybody as (
    select l.wanted, count(g.who) as n_given
    from lines l left join given g on g.comment_id = l.comment_id and g.labeling_round = l.labeling_round
    where l.annotator_id is null group by l.labeling_round, l.comment_id, l.wanted
),
by_name as (
    select l.wanted from lines l
    anti join given g on g.comment_id = l.comment_id and g.who = l.annotator_id and g.labeling_round = l.labeling_round
    where l.annotator_id is not null
),
waiting as (
    select distinct t.labeling_round, t.comment_id, coalesce(r.votes_per_comment, $votes_per_comment) as wanted
    from decomposed_tasks t
    join rounds r on r.labeling_round = t.labeling_round and r.kind = 'crowd' and r.schema_version = $schema_version
    anti join assignments a on a.comment_id = t.comment_id and a.labeling_round = t.labeling_round
    anti join given g on g.comment_id = t.comment_id and g.labeling_round = t.labeling_round
    anti join gold_set m on m.comment_id = t.comment_id and m.role in ('measure', 'sealed')
)
select (select count(*) from by_name)
       + (select coalesce(sum(greatest(wanted - n_given, 0)), 0)::bigint from of_anybody) as n_promised,
       (select coalesce(sum(wanted), 0)::bigint from waiting) as n_waiting
