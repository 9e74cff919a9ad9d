-- Purpose: note that every file of a kind stands examined by these rules.
-- Grain: one file.
-- Parameters: none; frame current_rules(kind, rules_version).
UPDATE inbox_files SET rules_version = r.rules_version
FROM current_rules r
WHERE inbox_files.kind = r.kind AND inbox_files.rules_version IS DISTINCT FROM r.rules_version;
