-- Purpose: labeling functions that the report does not know as they are now: new, edited, gone, or with another kind of
-- fault than it tells.
-- Grain: one row per such function.
-- Parameters: none.
with now as (
    select lf, code_hash, list_sort(map_keys(faults)) as reasons from labeling_functions
), told as (
    select lf, code_hash, list_sort(map_keys(faults)) as reasons from labeling_function_report
    where not starts_with(lf, 'signal:')
)
select distinct lf from ((from now except from told) union all (from told except from now)) order by lf
