-- Who of the run ($1: application_name) waits for which lock, since when, and behind whom.
SELECT a.pid::int8,
       l.locktype::text,
       l.mode::text,
       coalesce(l.relation::pg_catalog.regclass::text, '')::text,
       a.query::text,
       coalesce(b.query, '')::text,
       coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - %s) * 1000, -1)::float8
FROM pg_catalog.pg_stat_activity a
JOIN pg_catalog.pg_locks l ON l.pid = a.pid AND NOT l.granted
LEFT JOIN LATERAL (
    SELECT o.query
    FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) WITH ORDINALITY p(pid, place)
    JOIN pg_catalog.pg_stat_activity o ON o.pid = p.pid
    ORDER BY p.place
    LIMIT 1
) b ON true
WHERE a.application_name = $1 AND a.wait_event_type = 'Lock'
