-- Purpose: comments asked or answered under an older ontology and not asked again under the one in force: their labels
-- do not pass any more. Not gold, and none that an expert decided under the one in force.
-- Grain: one row per comment.
-- Parameters: $schema_version (in force).
select comment_id from raw_comments
where (comment_id in (select comment_id from decomposed_tasks where schema_version <> $schema_version)
       or comment_id in (select comment_id from vote_log where schema_version <> $schema_version))
  and comment_id not in (select comment_id from decomposed_tasks where schema_version = $schema_version)
  and comment_id not in (select comment_id from vote_log where schema_version = $schema_version)
  and comment_id not in (select comment_id from expert_verdicts where schema_version = $schema_version)
  and comment_id not in (select comment_id from gold_set)
order by comment_id
