-- Purpose: labels that were made under an ontology no longer in force.
-- Grain: one row per schema version.
-- Parameters: $schema_version (in force).
select schema_version, count(*) as n from qc_outcomes
where schema_version <> $schema_version group by schema_version order by schema_version
