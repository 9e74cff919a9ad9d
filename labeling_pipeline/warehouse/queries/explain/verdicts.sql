-- Purpose: what experts said of one comment.
-- Grain: one row per verdict.
-- Parameters: $comment_id.
select expert_id, label, stated_confidence, note, context_shown, decided_at from verdicts
where comment_id = $comment_id order by decided_at, verdict_id
