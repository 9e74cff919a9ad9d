-- Purpose: files looked at before, with what told them apart then.
-- Grain: one path.
-- Parameters: none.
SELECT path, size, mtime_ns, file_sha256 FROM inbox_seen;
