-- Purpose: the comments behind ids as sheets show them (core.opaque_ids makes them so); one that is a comment's own id
-- stands for that comment. What was handed out is looked at first, and all comments only for what is not among it: a
-- sheet may be older than its warehouse.
-- Grain: one shown id.
-- Parameters: $key, $prefix, $digits; frame named(shown_id).
WITH asked AS (
    SELECT n.shown_id FROM named n ANTI JOIN raw_comments r ON r.comment_id = n.shown_id
),
handed_out AS (
    SELECT $prefix || left(sha256($key || '|' || comment_id), $digits) AS shown_id, comment_id
    FROM (SELECT DISTINCT comment_id FROM assignments) SEMI JOIN raw_comments USING (comment_id)
),
found AS MATERIALIZED (SELECT shown_id, comment_id FROM handed_out SEMI JOIN asked USING (shown_id)),
missing AS (SELECT shown_id FROM asked ANTI JOIN found USING (shown_id)),
elsewhere AS (
    SELECT $prefix || left(sha256($key || '|' || comment_id), $digits) AS shown_id, comment_id FROM raw_comments
)
SELECT shown_id, any_value(comment_id) AS comment_id
FROM (FROM found UNION ALL SELECT shown_id, comment_id FROM elsewhere SEMI JOIN missing USING (shown_id))
GROUP BY shown_id;
