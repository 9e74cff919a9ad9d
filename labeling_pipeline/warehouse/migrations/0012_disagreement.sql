-- Purpose: why the votes behind a label differ, beside the label.
-- Grain: one row per comment, as before.
-- Parameters: none.

ALTER TABLE consensus_labels ADD COLUMN ambiguity DOUBLE;
ALTER TABLE consensus_labels ADD COLUMN annotator_noise DOUBLE;
COMMENT ON COLUMN consensus_labels.ambiguity IS 'probability that annotators saw two classes in it, rather than one and erred as usual';
COMMENT ON COLUMN consensus_labels.annotator_noise IS 'how often these annotators are wrong on a clear comment of this label';
