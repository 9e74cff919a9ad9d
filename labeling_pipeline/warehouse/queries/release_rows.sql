-- Purpose: take rows out of quarantine, to be examined again.
-- Grain: one row of a file.
-- Parameters: file_sha256, kind; frame released(line).
DELETE FROM quarantine
WHERE rule = 'unknown_comment' AND file_sha256 = $file_sha256 AND kind = $kind
    AND line IN (SELECT line FROM released);
