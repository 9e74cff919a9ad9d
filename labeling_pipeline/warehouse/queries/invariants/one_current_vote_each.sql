-- Purpose: annotators with two current answers to one question in one round. Holds when empty.
-- Grain: one row per annotator, comment, question and round.
-- Parameters: none.
select comment_id, question, annotator_id, labeling_round, count(*) as n
from crowd_votes where is_current and annotator_id is not null
group by all having count(*) > 1 order by all limit 100
