-- Purpose: forget that a damaged file was taken, so that the next look at the inbox finds it again.
-- Grain: one file.
-- Parameters: file_sha256, kind.
DELETE FROM quarantine WHERE file_sha256 = $file_sha256 AND kind = $kind;
DELETE FROM inbox_files WHERE file_sha256 = $file_sha256 AND kind = $kind;
