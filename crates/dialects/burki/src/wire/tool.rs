//! Tools as they are shown, one object for `/api/v1` and some for `/api/organization` (burki: 2.3, 2.5).

use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, Stamp};
use serde_json::{Map, Value, json};

use super::aliases::word_of;
use super::change::retries_of;
use super::configuration::{self, Opened};
use super::extras::Extras;
use super::function;
use super::moment;
use super::parameters;
use super::stats::Stats;
use super::timeouts;

/// A tool with what is shown beside it.
#[derive(Debug)]
pub struct View<'t> {
    /// The tool.
    pub tool: &'t StoredTool,
    /// Its counters.
    pub stats: Stats,
    /// Its sealed values: their schemes are shown, and those whose names tell no secret.
    pub opened: &'t Opened,
    /// The number of its organisation.
    pub organization: i64,
}

/// `display_name` as it is shown.
pub fn display_name(draft: &ToolDraft) -> &str {
    draft.display_name.as_deref().unwrap_or(&draft.name)
}

/// The word of a tool's type; none for tools that this dialect can't express.
pub fn tool_type(tool: &StoredTool) -> Option<&'static str> {
    word_of(tool.draft.kind)
}

impl View<'_> {
    /// The object of `/api/v1`.
    pub fn v1(&self, warnings: &[String]) -> Value {
        let draft = &self.tool.draft;
        let extras = Extras::of(draft);
        let function = function::show(draft, &extras);
        let typed = typed_configuration(draft, &extras, self.opened);
        let typed_of = |kind: Kind| if draft.kind == kind { typed.clone() } else { None };
        let mut shown = json!({
            "id": self.tool.number,
            "name": self.tool.name,
            "display_name": display_name(draft),
            "description": draft.description,
            "tool_type": tool_type(self.tool),
            "configuration": configuration::show(draft, &extras, self.opened),
            "function_definition": function,
            "parameters": parameters::list_of(&function::schema_of(draft)),
            "http_config": typed_of(Kind::Webhook),
            "python_config": typed_of(Kind::Python),
            "lambda_config": typed_of(Kind::Lambda),
            "is_active": self.tool.enabled,
            "is_public": draft.public,
            "timeout_seconds": timeouts::top(draft, &extras),
            "retry_attempts": retries_of(draft),
        });
        let rest = json!({
            "organization_id": self.organization,
            "created_by": self.organization,
            "created_at": moment::in_seconds(self.tool.created_at),
            "updated_at": moment::in_seconds(self.tool.updated_at),
            "warnings": warnings,
        });
        append(&mut shown, self.counters(moment::in_seconds));
        append(&mut shown, rest);
        shown
    }

    /// The object of `GET /api/organization/tools/{id}`.
    pub fn organization(&self, assignments: usize, recent: &[Value]) -> Value {
        let draft = &self.tool.draft;
        let extras = Extras::of(draft);
        let mut shown = json!({
            "id": self.tool.number,
            "name": self.tool.name,
            "display_name": display_name(draft),
            "description": draft.description,
            "tool_type": tool_type(self.tool),
            "configuration": configuration::show(draft, &extras, self.opened),
            "function_definition": function::show(draft, &extras),
            "timeout_seconds": timeouts::top(draft, &extras),
            "retry_attempts": retries_of(draft),
            "is_active": self.tool.enabled,
            "is_public": draft.public,
        });
        append(&mut shown, self.counters(moment::in_millis));
        let rest = json!({
            "created_at": moment::in_millis(self.tool.created_at),
            "updated_at": moment::in_millis(self.tool.updated_at),
            "assignment_count": assignments,
            "recent_executions": recent,
        });
        append(&mut shown, rest);
        shown
    }

    /// An item of the list of `/api/organization/tools`.
    pub fn organization_item(&self) -> Value {
        let draft = &self.tool.draft;
        json!({
            "id": self.tool.number,
            "name": self.tool.name,
            "display_name": display_name(draft),
            "description": draft.description,
            "tool_type": tool_type(self.tool),
            "is_active": self.tool.enabled,
            "is_public": draft.public,
            "execution_count": self.stats.count(),
            "success_rate": self.stats.success_rate(),
            "last_executed_at": self.stats.last(moment::in_millis),
            "created_at": moment::in_millis(self.tool.created_at),
            "updated_at": moment::in_millis(self.tool.updated_at),
        })
    }

    fn counters(&self, word: fn(Stamp) -> String) -> Value {
        json!({
            "execution_count": self.stats.count(),
            "success_count": self.stats.success,
            "failure_count": self.stats.failure,
            "success_rate": self.stats.success_rate(),
            "avg_execution_time": self.stats.average,
            "last_executed_at": self.stats.last(word),
        })
    }
}

fn append(shown: &mut Value, more: Value) {
    if let (Some(members), Value::Object(more)) = (shown.as_object_mut(), more) {
        members.extend(more);
    }
}

/// Id, names and type, as answers to writes show them.
pub fn brief(tool: &StoredTool) -> Value {
    json!({
        "id": tool.number,
        "name": tool.name,
        "display_name": display_name(&tool.draft),
        "tool_type": tool_type(tool),
    })
}

/// `http_config`, `python_config` or `lambda_config`, by the kind.
pub fn typed_configuration(draft: &ToolDraft, extras: &Extras, opened: &Opened) -> Option<Value> {
    let timeout = timeouts::effective(draft);
    match draft.kind {
        Kind::Webhook => {
            let webhook = draft.webhook.as_ref()?;
            let shown = canonical_configuration(draft, extras, opened);
            let headers = shown.get("headers").cloned().unwrap_or_else(|| json!({}));
            let template = shown.get("request_template").map(|template| match template {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            Some(json!({
                "method": webhook.method.as_deref().unwrap_or("GET"),
                "url": shown.get("url").cloned().unwrap_or(Value::Null),
                "headers": headers,
                "body_template": template,
                "timeout": timeout,
            }))
        }
        Kind::Python => {
            let python = draft.python.as_ref()?;
            Some(json!({"code": python.code, "requirements": python.requirements, "timeout": timeout}))
        }
        Kind::Lambda => {
            let lambda = draft.lambda.as_ref()?;
            let shown = canonical_configuration(draft, extras, opened);
            Some(json!({
                "function_arn": lambda.function,
                "region": lambda.region.as_deref().unwrap_or("us-east-1"),
                "invocation_type": shown.get("invocation_type").cloned().unwrap_or_else(|| json!("RequestResponse")),
                "timeout": timeout,
            }))
        }
        _ => None,
    }
}

fn canonical_configuration(draft: &ToolDraft, extras: &Extras, opened: &Opened) -> Map<String, Value> {
    let shown = configuration::show(draft, extras, opened);
    let canonical = shown.into_iter().map(|(spelled, value)| {
        let key = configuration::canonical(draft.kind, &spelled).map_or(spelled, str::to_owned);
        (key, value)
    });
    canonical.collect()
}

/// Whether this dialect can express a tool.
pub fn is_expressible(tool: &StoredTool) -> bool {
    tool_type(tool).is_some()
}

/// Whether the tool was made here: it follows this dialect's rules.
pub fn is_own(tool: &StoredTool) -> bool {
    tool.dialect == Dialect::Burki
}
