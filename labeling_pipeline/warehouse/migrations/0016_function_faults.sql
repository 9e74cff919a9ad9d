-- Purpose: which functions the report is about, by their code, and what they abstained for; so that it is renewed when
-- those change.
-- Grain: as before, one row per labeling function or signal.
-- Parameters: none.

ALTER TABLE labeling_function_report ADD COLUMN code_hash VARCHAR;
ALTER TABLE labeling_function_report ADD COLUMN faults MAP(VARCHAR, BIGINT);
COMMENT ON COLUMN labeling_function_report.code_hash IS 'hash of its rule or code, words and files; NULL for a signal';
COMMENT ON COLUMN labeling_function_report.faults IS 'reason → comments on which it abstained for that reason; NULL for a signal';
