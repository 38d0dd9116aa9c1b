-- The unique indexes of the table $1 (its oid) that pgwrite can reason about: plain columns, no predicate.
SELECT c.relname::text,
       i.indisprimary,
       pg_catalog.array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' ')::text
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = $1::oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY i.indisprimary DESC, c.oid
