-- Purpose: when anchors were asked last.
-- Grain: one row; missing where they never were.
-- Parameters: none.
select max(published_at) as published_at from rounds where reason = 'anchors'
