-- Purpose: agreement over all votes, and of rounds that are still coming in.
-- Grain: one row for all, then one per such round.
-- Parameters: $statistic.
select part_of, part, statistic, value, low, high, note, n_comments, n_waiting from agreement_report
where statistic = $statistic and (part_of = 'all' or n_waiting > 0)
order by part_of, part
