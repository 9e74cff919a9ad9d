-- Purpose: files whose columns did not fit, now that the rules have changed.
-- Grain: one file.
-- Parameters: none; frame current_rules(kind, rules_version).
SELECT f.file_sha256, f.kind, f.path
FROM inbox_files f
JOIN current_rules r USING (kind)
JOIN quarantine q USING (file_sha256, kind)
WHERE q.line IS NULL AND q.rule = 'wrong_columns' AND f.rules_version IS DISTINCT FROM r.rules_version
ORDER BY f.path;
