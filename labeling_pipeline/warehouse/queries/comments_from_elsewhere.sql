-- Purpose: how many comments gold and predictions brought in with their texts.
-- Grain: one row.
-- Parameters: none.
SELECT count(*) AS n
FROM raw_comments SEMI JOIN (SELECT file_sha256 FROM inbox_files WHERE kind <> 'comments') USING (file_sha256);
