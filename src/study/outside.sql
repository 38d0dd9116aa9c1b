-- Objects outside the run's own schema ($1): how many there are, and one that this transaction has made or
-- changed ('' if none). Its snapshot is from before the user's script, so that a younger xmin can only be
-- its own or that of one of its subtransactions. Rows are counted since the session last reported them, which is
-- why those of the journal of settings (guard.h), written before, are left out.
WITH objects AS (
    SELECT n.nspname, c.xmin, 'relation ' || c.oid::pg_catalog.regclass::text AS what
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT n.nspname, p.xmin, 'function ' || p.oid::pg_catalog.regprocedure::text
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    UNION ALL
    SELECT n.nspname, t.xmin, 'type ' || t.oid::pg_catalog.regtype::text
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typrelid = 0 AND t.typelem = 0
    UNION ALL
    SELECT n.nspname, n.xmin, 'schema ' || n.nspname FROM pg_catalog.pg_namespace n
    UNION ALL
    SELECT n.nspname, e.xmin, 'extension ' || e.extname
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
), written AS (
    SELECT 'rows of ' || schemaname || '.' || relname AS what
    FROM pg_catalog.pg_stat_xact_all_tables
    WHERE schemaname NOT IN ($1, $1 || '_settings', 'information_schema') AND schemaname !~ '^pg_'
      AND n_tup_ins + n_tup_upd + n_tup_del > 0
)
SELECT (SELECT count(*) FROM objects WHERE nspname <> $1 AND nspname !~ '^pg_')::int8,
       coalesce(
           (SELECT min(what) FROM objects
            WHERE nspname <> $1 AND nspname !~ '^pg_'
              AND pg_catalog.age(xmin)
                  <= pg_catalog.age(pg_catalog.pg_current_xact_id()::pg_catalog.xid)),
           (SELECT min(what) FROM written),
           '')::text
