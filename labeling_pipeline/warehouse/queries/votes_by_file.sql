-- Purpose: what each file of votes says on the questions that decide labels, for accepting or returning it; a vote that
-- two files bring is in both.
-- Grain: one row per vote and file.
-- Parameters: $questions (list of question ids).
with delivered as (
    select vote_id, file_sha256 from vote_log union select vote_id, file_sha256 from vote_deliveries
)
select d.file_sha256 as batch, regexp_extract(f.path, '[^/]+$') as file, v.comment_id, v.annotator_id,
       v.labeling_round, v.label, v.answered_at, f.known_at as taken_at
from delivered d join vote_log v using (vote_id) left join inbox_files f on f.file_sha256 = d.file_sha256
where list_contains($questions, v.question)
order by d.file_sha256, v.comment_id, v.annotator_id, v.labeling_round, v.label, v.vote_id
