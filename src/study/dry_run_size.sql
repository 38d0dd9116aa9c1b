-- Bytes of a table's heap, TOAST and indexes, and of its partitions'.
SELECT coalesce(sum(
        pg_catalog.pg_relation_size(c.oid) + pg_catalog.pg_indexes_size(c.oid)
        + CASE WHEN c.reltoastrelid = 0 THEN 0
               ELSE pg_catalog.pg_relation_size(c.reltoastrelid)
                    + pg_catalog.pg_indexes_size(c.reltoastrelid) END), 0)::float8
  FROM pg_catalog.pg_class c
 WHERE c.oid = $1::oid
    OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::oid))
