-- What the sessions of the run ($1: application_name) do now, one row a state and wait event.
SELECT coalesce(wait_event_type, 'CPU')::text,
       coalesce(wait_event, 'running')::text,
       (state = 'active') IS TRUE,
       count(*)::int8
FROM pg_catalog.pg_stat_get_activity(NULL)
WHERE application_name = $1
GROUP BY 1, 2, 3
