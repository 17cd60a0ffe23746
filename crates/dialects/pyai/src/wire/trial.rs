//! Tests of tools (contract: 2.4).

use hookswitch_engine::{Probe, Trial};
use hookswitch_model::Outcome;
use hookswitch_model::draft::Kind;
use serde_json::{Map, Value, json};

use super::trouble::{INVALID_TOOL_CONFIG, Trouble};

/// What a test is made with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialBody {
    /// With arguments the tool is called.
    pub arguments: Option<Map<String, Value>>,
    /// Settings as a binding would have them.
    pub config: Map<String, Value>,
}

impl TrialBody {
    /// Reads a body; unknown members are ignored.
    pub fn parse(mut members: Map<String, Value>) -> Result<Self, Trouble> {
        let arguments = match members.shift_remove("arguments") {
            None | Some(Value::Null) => None,
            Some(Value::Object(arguments)) => Some(arguments),
            Some(_) => return Err(Trouble::field("arguments", "must be an object")),
        };
        let config = match members.shift_remove("config") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(config)) => config,
            Some(_) => return Err(Trouble::about(INVALID_TOOL_CONFIG, "config", "config must be an object")),
        };
        Ok(Self { arguments, config })
    }
}

/// How a test went; always an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    ok: bool,
    message: String,
    called: Option<Called>,
}

#[derive(Debug, Clone, PartialEq)]
struct Called {
    result: Value,
    status: Option<u16>,
    latency_ms: u64,
}

impl Verdict {
    fn plain(ok: bool, message: impl Into<String>) -> Self {
        Self { ok, message: message.into(), called: None }
    }

    /// It does not work.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::plain(false, message)
    }

    /// What a look without a call found.
    pub fn of_probe(probe: Probe) -> Self {
        match probe {
            Probe::Reachable { tls: true } => Self::plain(true, "webhook reachable over TLS; not called"),
            Probe::Reachable { tls: false } => {
                Self::plain(true, "webhook reachable without verified TLS; not called")
            }
            Probe::Unreachable(line) => Self::refused(line),
            Probe::NoReceiver(Kind::Hosted) => {
                Self::plain(true, "configuration is valid; this server runs it")
            }
            Probe::NoReceiver(Kind::CallControl) => {
                Self::plain(true, "configuration is valid; the call engine or the connected app runs it")
            }
            Probe::NoReceiver(_) => Self::plain(true, "configuration is valid; the connected app runs it"),
        }
    }

    /// How a call went.
    pub fn of_trial(trial: &Trial) -> Self {
        let ok = trial.outcome == Some(Outcome::Done);
        let words = match (&trial.error, trial.status) {
            _ if trial.timed_out => "tool timed out".to_owned(),
            (Some(error), _) => error.clone(),
            (None, Some(status)) => format!("called: HTTP {status}"),
            (None, None) => "called".to_owned(),
        };
        let called = Called {
            result: trial.told.clone(),
            status: trial.status,
            latency_ms: trial.total_us.div_ceil(1000),
        };
        Self { ok, message: words, called: Some(called) }
    }

    /// The answer.
    pub fn view(&self, tool_id: &str, name: &str) -> Value {
        let mut shown = json!({
            "object": "tool.test",
            "tool_id": tool_id,
            "name": name,
            "ok": self.ok,
            "message": self.message,
        });
        if let (Some(called), Some(members)) = (&self.called, shown.as_object_mut()) {
            members.insert("result".to_owned(), called.result.clone());
            members.insert("status_code".to_owned(), json!(called.status));
            members.insert("latency_ms".to_owned(), json!(called.latency_ms));
        }
        shown
    }
}
