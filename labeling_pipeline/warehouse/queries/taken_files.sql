-- Purpose: files of one kind that have been taken, by content.
-- Grain: one file.
-- Parameters: kind.
SELECT file_sha256, path FROM inbox_files WHERE kind = $kind ORDER BY file_sha256, path;
