//! How ids and moments look in the document. Schemas only; the values are the model's own types.

use utoipa::ToSchema;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $pattern:literal $example:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, ToSchema)]
        #[schema(pattern = $pattern, example = $example)]
        #[allow(dead_code, reason = "stands for a type of the model in the document")]
        pub(crate) struct $name(String);
    )*};
}

texts! {
    /// Id of an act: what a tool call means to do.
    ActId "^act_[0-7][0-9a-hjkmnp-tv-z]{25}$" "act_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of an agent.
    AgentId "^agent_[0-7][0-9a-hjkmnp-tv-z]{25}$" "agent_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of an event, the same for every receiver and attempt.
    EventId "^evt_[0-7][0-9a-hjkmnp-tv-z]{25}_[1-9][0-9]*$" "evt_01kqf3v4r8e6t9x2b5m7n0p1qs_3";
    /// Id of an event webhook.
    EventWebhookId "^ewh_[0-7][0-9a-hjkmnp-tv-z]{25}$" "ewh_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of an execution.
    ExecutionId "^exec_[0-7][0-9a-hjkmnp-tv-z]{25}$" "exec_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of an API key; not the key itself.
    KeyId "^key_[0-7][0-9a-hjkmnp-tv-z]{25}$" "key_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of an organisation.
    OrgId "^org_[0-7][0-9a-hjkmnp-tv-z]{25}$" "org_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of a project.
    ProjectId "^proj_[0-7][0-9a-hjkmnp-tv-z]{25}$" "proj_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of a secret.
    SecretId "^sec_[0-7][0-9a-hjkmnp-tv-z]{25}$" "sec_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of a session.
    SessionId "^sess_[0-7][0-9a-hjkmnp-tv-z]{25}$" "sess_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// Id of a tool.
    ToolId "^tool_[0-7][0-9a-hjkmnp-tv-z]{25}$" "tool_01kqf3v4r8e6t9x2b5m7n0p1qs";
    /// A moment, RFC 3339 in UTC with milliseconds.
    Moment "^[0-9]{4,5}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$" "2026-11-20T09:30:00.000Z";
    /// Name of a tool: 1 to 128 characters, no control characters; unique per organisation and mode.
    ToolName "^[^\\x00-\\x1f\\x7f]{1,128}$" "book_appointment";
    /// Name of a secret: unique without regard to case.
    SecretName "^[A-Za-z0-9_-]{1,64}$" "crm_token";
}
