//! What differs between the vendors' APIs as far as moving tools needs it.

use http::Method;
use serde_json::Value;

use crate::api::segment;

/// A vendor whose dialect the server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Vendor {
    /// PyAI custom tools
    Pyai,
    /// Burki tools
    Burki,
    /// Phonic tools
    Phonic,
    /// Bland custom tools
    Bland,
}

/// A request that changes a tool which is there already.
pub(crate) struct Update {
    pub(crate) method: Method,
    pub(crate) path: String,
}

impl Vendor {
    /// The path below which the server speaks the dialect.
    pub(crate) const fn mount(self) -> &'static str {
        match self {
            Self::Pyai => "/pyai",
            Self::Burki => "/burki",
            Self::Phonic => "/phonic",
            Self::Bland => "/bland",
        }
    }

    /// The name as people write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pyai => "PyAI",
            Self::Burki => "Burki",
            Self::Phonic => "Phonic",
            Self::Bland => "Bland",
        }
    }

    /// Where tools are made and listed.
    pub(crate) const fn tools(self) -> &'static str {
        match self {
            Self::Burki => "/api/v1/tools",
            Self::Pyai | Self::Phonic | Self::Bland => "/v1/tools",
        }
    }

    /// A page of the list, from 1; nothing when there is no such page.
    pub(crate) fn list(self, page: usize) -> Option<String> {
        match self {
            Self::Burki => Some(format!("/api/v1/tools?page={page}&per_page=100")),
            _ if page == 1 => Some("/v1/tools".to_owned()),
            _ => None,
        }
    }

    /// The tools in an answer of the list, in a file that holds one tool, or in an array of them.
    pub(crate) fn tools_in(self, answer: &Value) -> Option<Vec<Value>> {
        if let Some(tools) = answer.as_array() {
            return Some(tools.clone());
        }
        let key = if self == Self::Pyai { "data" } else { "tools" };
        if let Some(tools) = answer.get(key).and_then(Value::as_array) {
            return Some(tools.clone());
        }
        let one = answer.get("tool").filter(|tool| tool.get("name").is_some()).unwrap_or(answer);
        one.get("name").is_some().then(|| vec![one.clone()])
    }

    /// How a stored tool is read again: by its id, or by its name where that is enough.
    pub(crate) fn read(self, id: &str) -> String {
        format!("{}/{}", self.tools(), segment(id))
    }

    /// How a stored tool is changed.
    pub(crate) fn update(self, id: &str) -> Update {
        let method = match self {
            Self::Pyai | Self::Bland => Method::POST,
            Self::Burki | Self::Phonic => Method::PATCH,
        };
        Update { method, path: self.read(id) }
    }

    /// The member that holds a tool's id.
    pub(crate) const fn id_key(self) -> &'static str {
        match self {
            Self::Bland => "tool_id",
            Self::Pyai | Self::Burki | Self::Phonic => "id",
        }
    }

    /// Members that tell about a tool and are not the author's: not moved and not compared.
    pub(crate) const fn read_only(self) -> &'static [&'static str] {
        match self {
            Self::Pyai => &[
                "object",
                "id",
                "org_id",
                "kind",
                "has_auth",
                "status",
                "created_at",
                "updated_at",
                "hmac_secret",
            ],
            Self::Burki => &[
                "id",
                "organization_id",
                "created_by",
                "created_at",
                "updated_at",
                "execution_count",
                "success_count",
                "failure_count",
                "success_rate",
                "avg_execution_time",
                "last_executed_at",
                "assignment_count",
                "recent_executions",
                "warnings",
                "version",
                "exported_at",
                "export_version",
                "origin",
                "http_config",
                "python_config",
                "lambda_config",
                "parameters",
            ],
            Self::Phonic => &["id", "project"],
            Self::Bland => {
                &["tool_id", "type", "created_at", "updated_at", "staging_tool", "agent_id", "tool"]
            }
        }
    }

    /// Tools of the vendor's own catalogue: everybody has them.
    pub(crate) fn is_prebuilt(self, tool: &Value) -> bool {
        self == Self::Pyai && tool["kind"] == "prebuilt"
    }
}
