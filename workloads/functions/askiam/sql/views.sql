-- app_roles: the roles of an application, under the name that the rules ask for. The others answer compliance's questions.
CREATE OR REPLACE VIEW app_roles AS SELECT app_id, role_id FROM roles;
CREATE OR REPLACE VIEW requests_this_week AS
    SELECT user_id, count(*) AS requests FROM audit_log
    WHERE timestamp > CURRENT_TIMESTAMP - INTERVAL '7 days' GROUP BY user_id;
CREATE OR REPLACE VIEW decisions AS SELECT status, count(*) AS requests FROM audit_log GROUP BY status;
