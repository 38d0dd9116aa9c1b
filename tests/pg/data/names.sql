-- Names that must be quoted, all of them.
CREATE TYPE "Mood ""x""" AS ENUM ('a', 'b');

CREATE TABLE "select" (
    "Primary" int PRIMARY KEY
);

CREATE TABLE "Größe of ""it's"" \ $1 %s; --" (
    "Mixed Case" int NOT NULL,
    "select"     text NOT NULL,
    "quote""d"   "Mood ""x""" NOT NULL,
    "it's"       uuid NOT NULL,
    "größe"      numeric(8,2) NOT NULL,
    "漢字 😀"     timestamptz NOT NULL,
    "$1"         int NOT NULL REFERENCES "select",
    "%s\n"       "Mood ""x"""[] NOT NULL,
    "a.b"        jsonb NOT NULL,
    " "          bigint NOT NULL UNIQUE
);
