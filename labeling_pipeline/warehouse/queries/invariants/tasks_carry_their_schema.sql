-- Purpose: tasks under an ontology or guideline nobody registered. Holds when empty.
-- Grain: one row per task.
-- Parameters: none.
select t.task_id, t.schema_version from decomposed_tasks t
left join ontologies o on o.schema_version = t.schema_version and o.guideline_hash = t.guideline_hash
where o.schema_version is null order by t.task_id limit 100
