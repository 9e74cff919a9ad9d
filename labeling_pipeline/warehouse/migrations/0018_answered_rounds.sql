-- Purpose: which round a vote answers. Who labels elsewhere numbers rounds their own way, or not at all; what they
-- deliver answers the round in which this home asked about the comment.
-- Grain: the comment on each view says what one row is.
-- Parameters: none.

CREATE VIEW asked_rounds AS
SELECT t.comment_id, t.labeling_round, any_value(t.schema_version) AS schema_version
FROM decomposed_tasks t JOIN rounds r USING (labeling_round)
WHERE r.kind = 'crowd' GROUP BY t.comment_id, t.labeling_round
UNION
SELECT a.comment_id, a.labeling_round, r.schema_version
FROM assignments a JOIN rounds r USING (labeling_round);
COMMENT ON VIEW asked_rounds IS 'one comment about which a crowd round asks, honeypots among them';
COMMENT ON COLUMN asked_rounds.comment_id IS 'the comment';
COMMENT ON COLUMN asked_rounds.labeling_round IS 'the round';
COMMENT ON COLUMN asked_rounds.schema_version IS 'version of the ontology it is asked under';

-- In this order: the round the vote names, where it asked that under the vote's version; the one in which its annotator
-- was asked about the comment; the first that asked about it under this version; whatever the vote says.
CREATE VIEW answered_rounds AS
WITH stray AS (
    SELECT v.vote_id, v.comment_id, v.annotator_id, v.schema_version
    FROM vote_log v
    ANTI JOIN asked_rounds a ON a.comment_id = v.comment_id AND a.labeling_round = v.labeling_round
                            AND a.schema_version = v.schema_version
),
by_name AS (
    SELECT s.vote_id, min_by(a.labeling_round, a.published_at) AS labeling_round
    FROM stray s JOIN assignments a ON a.comment_id = s.comment_id AND a.annotator_id = s.annotator_id
    JOIN rounds r ON r.labeling_round = a.labeling_round AND r.schema_version = s.schema_version
    GROUP BY s.vote_id
),
by_comment AS (
    SELECT s.vote_id, min_by(a.labeling_round, try_cast(a.labeling_round AS INTEGER)) AS labeling_round
    FROM stray s JOIN asked_rounds a ON a.comment_id = s.comment_id AND a.schema_version = s.schema_version
    GROUP BY s.vote_id
),
-- Where nobody says who answered, the n-th answers to all questions of a comment are one person's.
unnamed AS (
    SELECT vote_id, '#' || row_number() OVER (
        PARTITION BY comment_id, labeling_round, question ORDER BY vote_id) AS who
    FROM vote_log WHERE annotator_id IS NULL
)
SELECT v.vote_id, v.comment_id, coalesce(v.annotator_id, u.who) AS who,
       coalesce(n.labeling_round, c.labeling_round, v.labeling_round) AS labeling_round
FROM vote_log v
LEFT JOIN by_name n ON n.vote_id = v.vote_id
LEFT JOIN by_comment c ON c.vote_id = v.vote_id
LEFT JOIN unnamed u ON u.vote_id = v.vote_id;
COMMENT ON VIEW answered_rounds IS 'one accepted vote, and the round it answers';
COMMENT ON COLUMN answered_rounds.vote_id IS 'the vote';
COMMENT ON COLUMN answered_rounds.comment_id IS 'the comment';
COMMENT ON COLUMN answered_rounds.who IS 'the annotator; a number where the vendor does not say';
COMMENT ON COLUMN answered_rounds.labeling_round IS 'the round that asked for it; as the vote says where none did';
