-- Purpose: rows of a file that could not be read or break a rule of their own.
-- Grain: one row of the file.
-- Parameters: none; frame staged_quarantine; variables inbox_file, inbox_sha256, inbox_kind.
INSERT INTO quarantine BY NAME
SELECT getvariable('inbox_file') AS file, getvariable('inbox_sha256') AS file_sha256, getvariable('inbox_kind') AS kind,
    line, rule, reason, "row", raw, comment_id
FROM staged_quarantine;
