-- Purpose: rows of sheets that came back empty, and whose comment nobody has answered since.
-- Grain: one row.
-- Parameters: none.
select count(*) as n from quarantine
where rule = 'not_answered'
  and not (kind = 'verdicts' and comment_id in (select comment_id from verdicts))
  and not (kind = 'votes' and comment_id in (select comment_id from vote_log))
