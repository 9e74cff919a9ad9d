-- Purpose: new gold into gold_set; a comment not otherwise known comes in with the text it brings. The same label again
--   is known; another label counts if it was decided later, and is refused otherwise. A comment keeps its role, and a row
--   that gives it another is refused; what was retired counts again once it is decided again.
-- Grain: one row of a file.
-- Parameters: none; frame staged; variables inbox_file, inbox_sha256, inbox_kind.
-- Returns: accepted, already_known (among them), refused.
INSERT INTO raw_comments BY NAME
SELECT comment_id, text, content_hash, slices, getvariable('inbox_sha256') AS file_sha256, line
FROM staged ANTI JOIN raw_comments USING (comment_id)
WHERE text IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY comment_id ORDER BY line) = 1;

CREATE OR REPLACE TEMP TABLE decided AS
WITH roles AS (
    SELECT s.*, coalesce(g.role IN ('fit', 'measure', 'sealed') AND s.given_role <> g.role, false) AS has_other_role
    FROM staged s LEFT JOIN gold_set g USING (comment_id)
),
-- Rows of another role are refused, whatever they say, and stand in the way of no other.
arrived AS (
    SELECT line, comment_id, label, decided_at, has_other_role,
        row_number() OVER by_comment AS nth, first_value(label) OVER by_comment AS best_label
    FROM roles
    WINDOW by_comment AS (PARTITION BY comment_id, has_other_role ORDER BY decided_at DESC NULLS LAST, line)
)
SELECT a.line,
    CASE WHEN g.role IN ('fit', 'measure', 'sealed') THEN g.role END AS kept_role,
    coalesce(a.decided_at > g.decided_at, false) AS is_later,
    CASE
        WHEN c.comment_id IS NULL THEN 'unknown_comment'
        WHEN a.has_other_role THEN 'other_role'
        WHEN a.label <> a.best_label THEN 'conflicting_gold'
        WHEN a.nth > 1 OR (a.label = g.label AND NOT (g.role = 'retired' AND is_later)) THEN 'known'
        WHEN g.comment_id IS NULL OR is_later THEN 'new'
        ELSE 'conflicting_gold'
    END AS verdict
FROM arrived a
LEFT JOIN raw_comments c USING (comment_id)
LEFT JOIN gold_set g USING (comment_id);

INSERT INTO quarantine BY NAME
SELECT getvariable('inbox_file') AS file, getvariable('inbox_sha256') AS file_sha256, getvariable('inbox_kind') AS kind,
    line, d.verdict AS rule,
    CASE d.verdict
        WHEN 'other_role'
        THEN 'the comment is gold of another role and keeps it: what was fitted to or measured on stays what it is'
        WHEN 'unknown_comment'
        THEN 'the comment is not known and no text is given; the row is taken by itself once the comment arrives'
        ELSE 'gold says otherwise about this comment; give a later decided_at to correct it'
    END AS reason,
    s."row", s.comment_id
FROM staged s JOIN decided d USING (line) WHERE d.verdict IN ('unknown_comment', 'conflicting_gold', 'other_role');

DELETE FROM gold_set
WHERE comment_id IN (SELECT s.comment_id FROM staged s JOIN decided d USING (line) WHERE d.verdict = 'new');

INSERT INTO gold_set BY NAME
SELECT s.* EXCLUDE ("row", content_hash, role, given_role), coalesce(d.kept_role, s.role) AS role,
    getvariable('inbox_sha256') AS file_sha256
FROM staged s JOIN decided d USING (line) WHERE d.verdict = 'new'
ORDER BY s.line;

SELECT count(*) FILTER (verdict IN ('new', 'known')) AS accepted,
    count(*) FILTER (verdict = 'known') AS already_known,
    count(*) FILTER (verdict NOT IN ('new', 'known')) AS refused
FROM decided;
