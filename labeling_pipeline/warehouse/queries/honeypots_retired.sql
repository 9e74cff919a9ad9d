-- Purpose: honeypots that no longer measure, or that nearly repeat gold that measures or is sealed.
-- Grain: one row per honeypot.
-- Parameters: none.
select comment_id from honeypot_health where state <> 'active'
union
select h.comment_id from honeypot_health h
join comment_copies c on c.comment_id = h.comment_id
join comment_copies o on o.duplicate_group = c.duplicate_group and o.comment_id <> c.comment_id
join gold_set g on g.comment_id = o.comment_id and g.role in ('measure', 'sealed')
order by 1
