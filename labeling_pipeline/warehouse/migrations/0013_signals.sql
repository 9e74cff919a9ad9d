-- Purpose: people's acts in production, as votes of functions named signal:<kind>, beside those of labeling functions.

CREATE TABLE signal_votes (
    comment_id VARCHAR NOT NULL,
    lf VARCHAR NOT NULL,
    label VARCHAR,
    against VARCHAR,
    n_acts BIGINT NOT NULL,
    n_sources BIGINT NOT NULL
);
COMMENT ON TABLE signal_votes IS 'what one kind of act in production claims of one comment';
COMMENT ON COLUMN signal_votes.comment_id IS 'the comment';
COMMENT ON COLUMN signal_votes.lf IS 'signal:<kind>, as in labeling_function_report';
COMMENT ON COLUMN signal_votes.label IS 'the class it claims; NULL where it only speaks against one';
COMMENT ON COLUMN signal_votes.against IS 'the class that was shown and that it contradicts; NULL where it claims one';
COMMENT ON COLUMN signal_votes.n_acts IS 'acts that say so';
COMMENT ON COLUMN signal_votes.n_sources IS 'how many of them are independent: a brigade, a burst and repeats are one';

COMMENT ON COLUMN labeling_function_proposals.origin IS 'notes, conflicts or corrections';
COMMENT ON COLUMN labeling_function_proposals.n_corrected IS 'comments with these words whose label experts corrected, or decided where functions conflict';
