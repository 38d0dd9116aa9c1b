-- Partitioned by time, one part of it by hash again.
CREATE TABLE readings (
    device   int NOT NULL,
    taken_at timestamptz NOT NULL,
    value    double precision
) PARTITION BY RANGE (taken_at);

CREATE INDEX ON readings (device, taken_at);

CREATE TABLE readings_early PARTITION OF readings
    FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
CREATE TABLE readings_late PARTITION OF readings
    FOR VALUES FROM ('2025-07-01') TO ('2026-01-01') PARTITION BY HASH (device);
CREATE TABLE readings_late_0 PARTITION OF readings_late FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE readings_late_1 PARTITION OF readings_late FOR VALUES WITH (MODULUS 2, REMAINDER 1);
