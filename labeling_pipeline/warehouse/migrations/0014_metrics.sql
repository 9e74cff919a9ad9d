-- Purpose: what an asset's last materialization had to tell, for a pass that finds it up to date.
-- Grain: one row per asset.
-- Parameters: none.

ALTER TABLE asset_state ADD COLUMN metrics VARCHAR DEFAULT '{}';
COMMENT ON COLUMN asset_state.metrics IS 'run: figures of the run that wrote it, a JSON object';
