-- Purpose: which honeypots an annotator was shown, so that none is shown twice: those handed out to them, and fit gold
-- they answered on a sheet that named nobody. What such sheets showed is shown to 'vendor'.
-- Grain: one row per annotator and honeypot.
-- Parameters: none.
select coalesce(annotator_id, 'vendor') as annotator_id, comment_id from assignments where is_honeypot
union
select v.annotator_id, v.comment_id from vote_log v semi join gold_set g on g.comment_id = v.comment_id and g.role = 'fit'
where v.annotator_id is not null
order by annotator_id, comment_id
