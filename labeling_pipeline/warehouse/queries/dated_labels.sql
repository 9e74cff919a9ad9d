-- Purpose: labels with a date, for drift. What a strategy chose is left out: it is chosen for being unlike the stream.
-- Grain: one row per label that has votes.
-- Parameters: none.
select label, labeled_at, schema_version from qc_outcomes
where labeled_at is not null and n_votes > 0
  and comment_id not in (
      select comment_id from next_uncertainty_batch where labeling_round is not null and strategy <> 'random')
order by labeled_at, comment_id
