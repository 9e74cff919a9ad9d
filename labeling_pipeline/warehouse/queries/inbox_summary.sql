-- Purpose: what came in.
-- Grain: one kind of inbox file.
-- Parameters: none.
SELECT kind, count(*) AS files, sum(rows_in)::BIGINT AS rows_in, sum(accepted)::BIGINT AS accepted,
    sum(already_known)::BIGINT AS already_known, sum(quarantined)::BIGINT AS quarantined
FROM inbox_files GROUP BY kind ORDER BY kind;
