-- Purpose: which ontologies are registered.
-- Grain: one row per schema version.
-- Parameters: none.
select schema_version, ontology_hash from ontologies order by schema_version
