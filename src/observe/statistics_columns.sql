-- Which columns the statistics views of this server have; as a column of pg_proc, a function.
SELECT c.relname::text, a.attname::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace
  AND c.relname IN ('pg_stat_database', 'pg_stat_wal', 'pg_stat_bgwriter', 'pg_stat_checkpointer',
                    'pg_stat_io', 'pg_stat_all_tables')
UNION ALL
SELECT 'pg_proc'::text, p.proname::text
FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
  AND p.proname = 'pg_stat_force_next_flush'
