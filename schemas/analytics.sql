-- A web-analytics collector: every event that a tracking pixel sends, as it comes. Append-only and wide in time,
-- so it has the indexes that its readers need and no more: each one costs every insert.

CREATE TABLE events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id     int NOT NULL,
    session_id  uuid NOT NULL,
    event_type  text NOT NULL,
    payload     jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- "What happened on my site lately": the dashboard.
CREATE INDEX events_site_id_created_at ON events (site_id, created_at DESC);

-- "What did this visitor do". Random keys: its pages are touched all over, which shows in the WAL.
CREATE INDEX events_session_id ON events (session_id);

-- "What is new since": the export. Rows come in the order of time, so a BRIN index of a few pages will do.
CREATE INDEX events_created_at ON events USING brin (created_at) WITH (pages_per_range = 32);
