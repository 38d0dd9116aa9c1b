-- Table, name and bytes of each valid index of schema $1. Those of partitions count under the name of the
-- partitioned table's index that they are attached to.
SELECT t.relname::text,
       i.relname::text,
       coalesce(
           (SELECT sum(pg_catalog.pg_relation_size(p.relid)) FROM pg_catalog.pg_partition_tree(i.oid) p),
           pg_catalog.pg_relation_size(i.oid),
           0)::float8
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
WHERE n.nspname = $1 AND x.indisvalid AND NOT i.relispartition
ORDER BY 1, 2
