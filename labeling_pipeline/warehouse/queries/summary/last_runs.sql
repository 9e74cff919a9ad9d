-- Purpose: the runs of the UI's history that wrote an asset as it is now, the latest first.
-- Grain: one row per run; a run whose every asset a later one wrote again is not there.
-- Parameters: $most (rows).
select run_id, max(finished_at) as finished_at, count(*) as n_assets,
       list(asset order by finished_at) as assets
from asset_state where run_id is not null
group by run_id order by finished_at desc, run_id limit $most
