-- Once for each database, as its owner. The services find the extensions' types and functions through their search path.
CREATE SCHEMA IF NOT EXISTS extensions;
-- Nobody gets anything by default; each service's role is granted what it needs.
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
