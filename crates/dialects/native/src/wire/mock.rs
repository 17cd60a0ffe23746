//! Mocks of a session, as the document shows them. Schemas only: the values are the model's.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use super::words;

/// Function name or tool name, and its answers.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Mocks)]
#[allow(dead_code, reason = "stands for a type of the model in the document")]
pub(crate) struct MocksForm(BTreeMap<String, Vec<MockForm>>);

/// One answer that stands in for a tool.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Mock)]
#[allow(dead_code, reason = "stands for a type of the model in the document")]
pub(crate) struct MockForm {
    /// The answer's body. Default: null.
    #[schema(required = false)]
    result: Value,
    /// HTTP status. Default: 200.
    #[schema(minimum = 100, maximum = 599, required = false)]
    status: u16,
    /// How long it takes. Default: 0.
    #[schema(minimum = 0, maximum = 3_600_000, required = false)]
    after_ms: u64,
    /// What goes wrong. Default: nothing.
    fault: Option<words::MockFault>,
}
