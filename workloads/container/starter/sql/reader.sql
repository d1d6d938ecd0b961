-- Once for each service, after its own statements: the role that dumps the database may read what the service has, and
-- what it will have.
SET ROLE {role};
GRANT USAGE ON SCHEMA {role} TO {reader};
GRANT SELECT ON ALL TABLES IN SCHEMA {role} TO {reader};
GRANT SELECT ON ALL SEQUENCES IN SCHEMA {role} TO {reader};
ALTER DEFAULT PRIVILEGES IN SCHEMA {role} GRANT SELECT ON TABLES TO {reader};
ALTER DEFAULT PRIVILEGES IN SCHEMA {role} GRANT SELECT ON SEQUENCES TO {reader};
RESET ROLE;
