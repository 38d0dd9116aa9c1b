-- What the sessions of the run ($1: application_name) do now, one row a state and wait event; and
-- in a row without a session the WAL written so far, negative where none is written.
SELECT coalesce(state, '')::text,
       coalesce(wait_event_type, '')::text,
       coalesce(wait_event, '')::text,
       count(*)::int8,
       (-1)::int8
FROM pg_catalog.pg_stat_get_activity(NULL)
WHERE application_name = $1
GROUP BY 1, 2, 3
UNION ALL
SELECT '', '', '', 0,
       CASE WHEN pg_catalog.pg_is_in_recovery() THEN -1
            ELSE pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')
       END::int8
