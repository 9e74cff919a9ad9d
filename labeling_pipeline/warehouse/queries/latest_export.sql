-- Purpose: the export that counts now.
-- Grain: one row, or none.
-- Parameters: none.
select * from versioned_export
qualify row_number() over (order by string_split(version, '.')[1]::int desc, string_split(version, '.')[2]::int desc,
                                    string_split(version, '.')[3]::int desc) = 1
