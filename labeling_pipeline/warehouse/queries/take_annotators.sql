-- Purpose: annotators as last described; the same description again is known, another replaces the one before.
-- Grain: one row of a file.
-- Parameters: none; frame staged; variable inbox_sha256. Returns accepted, already_known, refused.
CREATE OR REPLACE TEMP TABLE decided AS
WITH last_said AS (
    SELECT *, row_number() OVER (PARTITION BY annotator_id ORDER BY line DESC) = 1 AS is_last FROM staged
)
SELECT a.*,
    NOT a.is_last OR (k.annotator_id IS NOT NULL
        AND row(a.kind, a.attributes, a.consent) IS NOT DISTINCT FROM row(k.kind, k.attributes, k.consent)) AS is_known
FROM last_said a LEFT JOIN annotators k USING (annotator_id);

DELETE FROM annotators
WHERE annotator_id IN (SELECT annotator_id FROM decided WHERE NOT is_known);

INSERT INTO annotators BY NAME
SELECT annotator_id, kind, attributes, consent, getvariable('inbox_sha256') AS file_sha256, line
FROM decided WHERE NOT is_known;

SELECT count(*) AS accepted, count(*) FILTER (is_known) AS already_known, 0 AS refused FROM decided;
