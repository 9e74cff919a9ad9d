-- Purpose: when comments that wait for people to have room were last tried.
-- Grain: one row; missing where none waits.
-- Parameters: none.
select max(tried_at) as tried_at from waiting_for_room
