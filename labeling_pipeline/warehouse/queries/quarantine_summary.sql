-- Purpose: what was refused, and why; the most frequent first.
-- Grain: one rule of one kind.
-- Parameters: none.
SELECT kind, rule, count(*) AS n, arg_min(file, row(file, line)) AS example_file,
    arg_min(line, row(file, line)) AS example_line, arg_min(reason, row(file, line)) AS reason
FROM quarantine GROUP BY kind, rule ORDER BY n DESC, kind, rule;
