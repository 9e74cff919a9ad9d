-- Purpose: comments whose label another vote may improve: what is believed of them and how many votes there are, where
-- the label was made from the latest of them, and no verdict and no gold decides. Only what we handed out: votes that
-- came in unasked are a finished delivery.
-- Grain: one row per comment.
-- Parameters: $schema_version (in force), $questions (list of question ids that decide labels).
with voted as (
    select comment_id, count(*) as n_votes, max(answered_at) as last_at from counted_votes
    where list_contains($questions, question) and schema_version = $schema_version
    group by comment_id
)
select l.comment_id, l.probabilities, l.vote_shares, v.n_votes
from consensus_labels l join voted v using (comment_id)
where l.schema_version = $schema_version and l.evidence_at is not distinct from v.last_at
  and l.comment_id in (select comment_id from assignments)
  and l.comment_id not in (select comment_id from expert_verdicts)
  and l.comment_id not in (select comment_id from gold_set)
order by l.comment_id
