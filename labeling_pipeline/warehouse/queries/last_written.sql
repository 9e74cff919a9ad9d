-- Purpose: the assets in the order they were written last, and by which run of the UI's history.
-- Grain: one row per asset.
-- Parameters: none.
select asset, finished_at, run_id from asset_state order by finished_at desc, asset
