-- Purpose: take rows out of quarantine, to be examined again.
-- Grain: one row of a file.
-- Parameters: file_sha256, kind; frame examined(line).
DELETE FROM quarantine
WHERE file_sha256 = $file_sha256 AND kind = $kind AND line IN (SELECT line FROM examined);
