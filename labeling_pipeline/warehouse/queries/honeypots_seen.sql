-- Purpose: which honeypots an annotator was shown, so that none is shown twice.
-- Grain: one row per annotator and honeypot.
-- Parameters: none.
select distinct annotator_id, comment_id from assignments
where is_honeypot and annotator_id is not null order by annotator_id, comment_id
