-- Purpose: labeling functions that abstained because they failed, why, and on how many comments.
-- Grain: one row per function and reason.
-- Parameters: none.
select lf, fault.key as reason, fault.value as n
from (select lf, unnest(map_entries(faults)) as fault from labeling_functions)
where fault.value > 0 order by n desc, lf, reason
