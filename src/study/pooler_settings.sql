-- What is set in this session, as JSON, and who it is. A pooler sets the five that it tracks anew for
-- each client, wherever the value came from.
SELECT pg_catalog.json_object_agg(name, setting)::text,
       session_user::text,
       pg_catalog.current_setting('role')::text
FROM pg_catalog.pg_settings
WHERE (source = 'session'
       AND name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable'))
   OR name IN ('application_name', 'client_encoding', 'DateStyle', 'standard_conforming_strings', 'TimeZone')
