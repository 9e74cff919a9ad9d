-- Purpose: what labeling functions look at: comments, and gold that brought a text of its own. That one has no weak
-- label; it tells what votes are worth (fit) and how functions do (measure).
-- Grain: one row per comment.
-- Parameters: none.
select comment_id, text, context, author_id, thread_id, posted_at, slices from raw_comments
union all
select comment_id, text, null, null, null, null, slices from gold_set
where role in ('fit', 'measure') and text is not null and comment_id not in (select comment_id from raw_comments)
order by comment_id
