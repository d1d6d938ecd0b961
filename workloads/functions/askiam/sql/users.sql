-- Database users. Functions sign in at port 5432 with IAM as the user of their own name: a user that may do so cannot use
-- a password. The Data API has users of its own, whose passwords the bootstrap takes from askiam/<stage>/db/reader and
-- askiam/<stage>/db/password.
CREATE ROLE mcp_validator LOGIN;
CREATE ROLE entity_extractor LOGIN;
CREATE ROLE status_checker LOGIN;
CREATE ROLE audit_logger LOGIN;
GRANT rds_iam TO mcp_validator, entity_extractor, status_checker, audit_logger;
CREATE ROLE askiam_reader LOGIN;
CREATE ROLE askiam_writer LOGIN;
GRANT USAGE ON SCHEMA public TO mcp_validator, entity_extractor, status_checker, audit_logger, askiam_reader, askiam_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO mcp_validator;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO entity_extractor, status_checker, askiam_reader;
GRANT INSERT, SELECT ON audit_log TO audit_logger, askiam_writer;
