-- Purpose: remember files that were looked at, so that they are not hashed again while they do not change.
-- Grain: one path.
-- Parameters: none; frame looked_at(path, size, mtime_ns, file_sha256).
DELETE FROM inbox_seen WHERE path IN (SELECT path FROM looked_at);
INSERT INTO inbox_seen BY NAME SELECT path, size, mtime_ns, file_sha256 FROM looked_at;
