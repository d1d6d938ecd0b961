-- What the links cannot say. The bootstrap makes the roles: one for each function that links the cluster, which signs in at
-- port 5432 with IAM and may read every table where it links aurora:reader; and the users of the Data API, whose
-- passwords are those of askiam/<stage>/db/reader and askiam/<stage>/db/password.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO askiam_reader;
GRANT INSERT, SELECT ON audit_log TO audit_logger, askiam_writer;
