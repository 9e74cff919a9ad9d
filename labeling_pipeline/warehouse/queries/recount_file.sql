-- Purpose: move rows of a file from quarantined to accepted, and note by which rules.
-- Grain: one file.
-- Parameters: file_sha256, kind, released, already_known, rules_version.
UPDATE inbox_files
SET accepted = accepted + $released, already_known = already_known + $already_known,
    quarantined = quarantined - $released, rules_version = $rules_version
WHERE file_sha256 = $file_sha256 AND kind = $kind;
