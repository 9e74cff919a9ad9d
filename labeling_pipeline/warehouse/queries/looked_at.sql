-- Purpose: what there is to look at, and how much of it experts who had not voted on it have looked at.
-- Grain: one row.
-- Parameters: none.
select (select count(*) from consensus_labels) as n_labels,
       (select count(*) from unanimous_review) as n_review,
       (select count(*) from unanimous_review where comment_id in (select comment_id from independent_verdicts)) as n_reviewed
