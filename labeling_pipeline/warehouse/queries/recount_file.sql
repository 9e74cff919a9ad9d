-- Purpose: move rows of a file from quarantined to accepted.
-- Grain: one file.
-- Parameters: file_sha256, kind, released, already_known.
UPDATE inbox_files
SET accepted = accepted + $released, already_known = already_known + $already_known,
    quarantined = quarantined - $released
WHERE file_sha256 = $file_sha256 AND kind = $kind;
