-- Purpose: votes under an ontology or guideline nobody registered. Holds when empty.
-- Grain: one row per vote.
-- Parameters: none.
select v.vote_id, v.schema_version from vote_log v
left join ontologies o on o.schema_version = v.schema_version and o.guideline_hash = v.guideline_hash
where o.schema_version is null order by v.vote_id limit 100
