-- Purpose: the votes that name another round than they answer, said once; and answers of people nobody names are counted
-- within the round they answer: three such votes under three round numbers of a vendor are three people's.
-- Grain: the comment on each view says what one row is.
-- Parameters: none.

-- In this order: the round the vote names, where it asked that under the vote's version; the one in which its annotator
-- was asked about the comment; the first that asked about it under this version; whatever the vote says.
CREATE VIEW stray_rounds AS
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
)
SELECT c.vote_id, coalesce(n.labeling_round, c.labeling_round) AS labeling_round
FROM by_comment c LEFT JOIN by_name n ON n.vote_id = c.vote_id;
COMMENT ON VIEW stray_rounds IS 'one accepted vote that names no round that asked for it, where another did';
COMMENT ON COLUMN stray_rounds.vote_id IS 'the vote';
COMMENT ON COLUMN stray_rounds.labeling_round IS 'the round that asked for it';

CREATE OR REPLACE VIEW answered_rounds AS
-- Where nobody says who answered, the n-th answers to all questions of a comment are one person's.
WITH unnamed AS (
    SELECT v.vote_id, '#' || row_number() OVER (
        PARTITION BY v.comment_id, coalesce(s.labeling_round, v.labeling_round), v.question ORDER BY v.vote_id) AS who
    FROM vote_log v LEFT JOIN stray_rounds s ON s.vote_id = v.vote_id
    WHERE v.annotator_id IS NULL
)
SELECT v.vote_id, v.comment_id, coalesce(v.annotator_id, u.who) AS who,
       coalesce(s.labeling_round, v.labeling_round) AS labeling_round
FROM vote_log v
LEFT JOIN stray_rounds s ON s.vote_id = v.vote_id
LEFT JOIN unnamed u ON u.vote_id = v.vote_id;
COMMENT ON VIEW answered_rounds IS 'one accepted vote, and the round it answers';
COMMENT ON COLUMN answered_rounds.vote_id IS 'the vote';
COMMENT ON COLUMN answered_rounds.comment_id IS 'the comment';
COMMENT ON COLUMN answered_rounds.who IS 'the annotator; a number where the vendor does not say';
COMMENT ON COLUMN answered_rounds.labeling_round IS 'the round that asked for it; as the vote says where none did';
