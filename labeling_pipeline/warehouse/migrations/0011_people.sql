-- Purpose: what the crowd is spared, what honeypots say per class and difficulty, and what others did with them.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE waiting_for_room (
    labeling_round VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    tried_at TIMESTAMP
);
COMMENT ON TABLE waiting_for_room IS 'one harmful comment of an open round for which too few people had room on the last day it was tried';
COMMENT ON COLUMN waiting_for_room.labeling_round IS 'the round';
COMMENT ON COLUMN waiting_for_room.comment_id IS 'the comment';
COMMENT ON COLUMN waiting_for_room.tried_at IS 'wall clock: the day (the simulated clock in a simulated home); it is tried again on another';

CREATE TABLE honeypot_accuracy (
    annotator_id VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,
    part VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    n BIGINT NOT NULL,
    standing VARCHAR NOT NULL,
    CHECK ("by" IN ('all', 'class', 'difficulty')),
    CHECK (standing IN ('measured', 'insufficient')),
    CHECK (standing = 'measured' OR value IS NULL)
);
COMMENT ON TABLE honeypot_accuracy IS 'one annotator, or (all), on honeypots that still measure: in all, of one class, or of one difficulty';
COMMENT ON COLUMN honeypot_accuracy.annotator_id IS 'who; (all) is the crowd';
COMMENT ON COLUMN honeypot_accuracy."by" IS 'all, class (the true one) or difficulty';
COMMENT ON COLUMN honeypot_accuracy.part IS 'which class, or easy (of the others nine of ten are right), medium, hard (under six), unknown (nobody else answered)';
COMMENT ON COLUMN honeypot_accuracy.value IS 'share of right answers; missing where there are too few to tell';
COMMENT ON COLUMN honeypot_accuracy.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN honeypot_accuracy.high IS 'upper end';
COMMENT ON COLUMN honeypot_accuracy.n IS 'answers';
COMMENT ON COLUMN honeypot_accuracy.standing IS 'measured, or insufficient';

CREATE TABLE honeypot_violations (
    "rule" VARCHAR NOT NULL,
    annotator_id VARCHAR,
    comment_id VARCHAR,
    value DOUBLE NOT NULL,
    expected DOUBLE NOT NULL,
    CHECK ("rule" IN ('rate', 'repeated', 'over_cap', 'gold_shown', 'exposure'))
);
COMMENT ON TABLE honeypot_violations IS 'one thing that those who assign the work did otherwise than agreed, measured from the answers';
COMMENT ON COLUMN honeypot_violations."rule" IS 'rate (share of honeypots), repeated, over_cap (annotators who saw one honeypot), gold_shown (kept apart), exposure (harm on one day)';
COMMENT ON COLUMN honeypot_violations.annotator_id IS 'who';
COMMENT ON COLUMN honeypot_violations.comment_id IS 'which honeypot or gold';
COMMENT ON COLUMN honeypot_violations.value IS 'what was measured';
COMMENT ON COLUMN honeypot_violations.expected IS 'what was agreed';
