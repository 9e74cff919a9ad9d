-- Purpose: labels without exactly one outcome, or outcomes without a reason. Holds when empty.
-- Grain: one row per comment.
-- Parameters: none.
select l.comment_id, count(q.comment_id) as n from consensus_labels l left join qc_outcomes q using (comment_id)
group by l.comment_id having count(q.comment_id) <> 1
union all
select comment_id, 0 from qc_outcomes where len(reasons) = 0
order by comment_id limit 100
