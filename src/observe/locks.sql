-- Every session that waits for a lock or stands in somebody's way ($1: application_name of ours).
-- %s: pg_locks.waitstart, or what stands for it where there is none. The locks are read once.
WITH locks AS MATERIALIZED (
    SELECT pid, locktype, mode, granted, relation, %s AS since
    FROM pg_catalog.pg_locks
    WHERE NOT granted OR locktype = 'tuple'
), waits AS MATERIALIZED (
    -- Who waits for a transaction's end to lock a row holds a lock on the tuple meanwhile.
    SELECT w.pid, w.locktype, w.mode, w.since,
           coalesce(w.relation, CASE WHEN w.locktype = 'transactionid' THEN
               (SELECT t.relation FROM locks t WHERE t.granted AND t.pid = w.pid LIMIT 1)
           END) AS relation,
           (pg_catalog.pg_blocking_pids(w.pid))[1] AS blocker
    FROM locks w
    WHERE NOT w.granted
)
SELECT a.pid::int8,
       (a.application_name = $1) IS TRUE,
       coalesce(nullif(a.application_name, ''), nullif(a.backend_type, 'client backend'), '')::text,
       coalesce(a.state, '')::text,
       -- Without a state the text is not the session's but says why it is not shown.
       CASE WHEN a.state IS NULL THEN '' ELSE pg_catalog.left(a.query, 1024) END::text,
       w.pid IS NOT NULL,
       coalesce(w.locktype, '')::text,
       coalesce(w.mode, '')::text,
       CASE WHEN a.application_name = $1 AND w.relation IS NOT NULL
            THEN w.relation::pg_catalog.regclass::text ELSE '' END::text,
       coalesce(pg_catalog.date_part('epoch', w.since) * 1000000, 0)::int8,
       -- Not by extract, whose numbers are slow.
       coalesce(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - w.since) * 1000,
                -1)::float8,
       coalesce(w.blocker, -1)::int8
FROM pg_catalog.pg_stat_get_activity(NULL) a
LEFT JOIN waits w ON w.pid = a.pid
WHERE w.pid IS NOT NULL OR a.pid IN (SELECT blocker FROM waits)
