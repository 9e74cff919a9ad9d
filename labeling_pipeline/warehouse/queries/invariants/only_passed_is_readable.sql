-- Purpose: rows of qc_passed_labels that did not pass, or have no label. Holds when empty.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from qc_passed_labels
where outcome <> 'passed' or label is null
   or comment_id in (select comment_id from qc_outcomes where outcome <> 'passed')
order by comment_id limit 100
