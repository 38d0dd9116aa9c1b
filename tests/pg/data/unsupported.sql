-- Types without a generator: the workload gives their values, the server reads them.
CREATE TABLE unsupported (
    id       int PRIMARY KEY,
    spot     point NOT NULL,
    words    tsvector NOT NULL,
    device   macaddr NOT NULL,
    span     int4range,
    bits     bit varying(8) NOT NULL,
    price    money NOT NULL,
    spans    int4range[] NOT NULL,
    document xml
);
