-- Purpose: waves of adaptive overlap that were opened under an ontology version, the first rounds not among them.
-- Grain: one row.
-- Parameters: $schema_version.
select count(distinct published_at) as n from rounds
where votes_per_comment is not null and reason is distinct from 'anchors' and schema_version = $schema_version
