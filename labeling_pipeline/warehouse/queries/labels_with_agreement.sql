-- Purpose: what the crowd says of every comment, and how far it agrees; without the maps, which take long to read.
-- Grain: one row per comment with a consensus label.
-- Parameters: none.
select comment_id, label, schema_version, n_votes, agreement from consensus_labels order by comment_id
