-- Purpose: files of which a row was lost. Holds when empty.
-- Grain: one row per file.
-- Parameters: none.
with kept as (select file_sha256, kind, count(*) as n from quarantine group by all)
select f.path, f.kind, f.rows_in, f.accepted, coalesce(k.n, 0) as quarantined
from inbox_files f left join kept k on k.file_sha256 = f.file_sha256 and k.kind = f.kind
where f.rows_in <> f.accepted + f.quarantined or f.quarantined <> coalesce(k.n, 0)
order by f.path
