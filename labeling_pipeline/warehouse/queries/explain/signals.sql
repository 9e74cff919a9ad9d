-- Purpose: what people's acts in production say of one comment, and how often such acts are right.
-- Grain: one row per kind of act and claim.
-- Parameters: $comment_id.
select v.lf, v.label, v.against, v.n_acts, v.n_sources, r.precision as learned_accuracy, r.low, r.high, r.n_gold
from signal_votes v join signal_rates r on v.lf = 'signal:' || r.kind
where v.comment_id = $comment_id order by v.lf, v.label nulls last, v.against
