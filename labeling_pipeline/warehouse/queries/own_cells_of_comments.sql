-- Purpose: the columns of inbox files that this pipeline has no meaning for, cell by cell, for labeling functions to read.
-- `kind`: number (a JSON number, or text that reads as one), whole (too large for a double to hold exactly), nested (a
-- list or an object, as JSON), else text. What a cell is depends on no other cell: CSV knows text alone, JSON does not.
-- Grain: one row per comment and column with a value; comments as in texts_for_functions.
-- Parameters: none.
with told as (
    select comment_id, metadata from raw_comments where metadata is not null
    union all
    select comment_id, metadata from gold_set
    where role in ('fit', 'measure') and text is not null and metadata is not null
        and comment_id not in (select comment_id from raw_comments)
),
cells as (
    select told.comment_id, one.key as name, one.type as sort, one.value ->> '$' as cell
    from told, json_each(told.metadata) as one
    where one.type <> 'NULL'
),
-- 007 is a name, and so is a number of twenty digits.
read as (
    select
        *,
        case when regexp_full_match(cell, '-?(0|[1-9][0-9]*)') then try_cast(cell as bigint) end as integer,
        case
            when regexp_full_match(cell, '[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?')
                then try_cast(cell as double)
        end as decimal
    from cells
)
select
    comment_id,
    name,
    cell,
    case
        when sort in ('ARRAY', 'OBJECT') then 'nested'
        when integer is not null and abs(integer::hugeint) > 9007199254740992 then 'whole'
        when integer is not null then 'number'
        when regexp_full_match(cell, '[-+]?[0-9]+') then 'text'
        when isfinite(decimal) then 'number'
        else 'text'
    end as kind
from read
order by name, comment_id
