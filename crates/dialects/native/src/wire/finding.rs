//! Findings of a definition on the wire.

use hookswitch_model::Findings;
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// Something found in a definition.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Finding {
    /// JSON path into the definition.
    #[schema(example = "$.effect")]
    pub path: String,
    /// Stable code.
    #[schema(example = "effect_doubtful")]
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// Error or warning.
    #[schema(value_type = words::Severity)]
    pub severity: hookswitch_model::Severity,
}

/// Findings in their order.
pub fn findings_of(findings: &Findings) -> Vec<Finding> {
    findings
        .iter()
        .map(|finding| Finding {
            path: finding.path.clone(),
            code: finding.code.clone(),
            message: finding.message.clone(),
            severity: finding.severity,
        })
        .collect()
}
