-- Purpose: quarantined rows that may pass now: their comment has arrived, or the rules they were examined by have changed.
-- Grain: one row of a file.
-- Parameters: none; frame current_rules(kind, rules_version).
SELECT q.file, q.file_sha256, q.kind, q.line, q."row"
FROM quarantine q
JOIN inbox_files f USING (file_sha256, kind)
JOIN current_rules r USING (kind)
WHERE q.line IS NOT NULL AND q.raw IS NULL
    AND (f.rules_version IS DISTINCT FROM r.rules_version
        OR (q.rule = 'unknown_comment' AND q.comment_id IN (SELECT comment_id FROM raw_comments)))
ORDER BY f.path, q.file_sha256, q.kind, q.line;
