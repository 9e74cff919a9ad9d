-- Purpose: record that a file has been taken, and that it need not be hashed again while it does not change.
-- Grain: one file.
-- Parameters: kind, file_sha256, path, seen_path, size, mtime_ns, rows_in, accepted, already_known, quarantined, known_at,
--   rules_version.
INSERT INTO inbox_files BY NAME
SELECT $file_sha256 AS file_sha256, $kind AS kind, $path AS path, $rows_in AS rows_in, $accepted AS accepted,
    $already_known AS already_known, $quarantined AS quarantined, $known_at AS known_at, $rules_version AS rules_version;
DELETE FROM inbox_seen WHERE path = $seen_path;
INSERT INTO inbox_seen BY NAME
SELECT $seen_path AS path, $size AS size, $mtime_ns AS mtime_ns, $file_sha256 AS file_sha256;
