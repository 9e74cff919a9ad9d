-- Purpose: how many annotators there are to look at, by what was found.
-- Grain: one row per finding.
-- Parameters: none.
select finding, count(distinct annotator_id) as n from annotator_findings
where status = 'flagged' group by finding order by finding
