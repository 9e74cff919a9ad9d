-- Purpose: comments that no round has asked yet; a round of an older ontology that nobody answered did not ask. What came
-- in with gold and not as a comment is known already, and not worth a vote.
-- Grain: one row per comment.
-- Parameters: $schema_version (in force).
select comment_id from raw_comments
where comment_id not in (
        select comment_id from decomposed_tasks
        where schema_version = $schema_version or comment_id in (select comment_id from vote_log)
           or comment_id in (select comment_id from expert_verdicts)
      )
  and comment_id not in (select comment_id from gold_set where role in ('measure', 'sealed'))
  and comment_id not in (
        select g.comment_id from gold_set g
        join raw_comments c on c.comment_id = g.comment_id
        join inbox_files f on f.file_sha256 = c.file_sha256 and f.kind = 'gold'
      )
order by comment_id
