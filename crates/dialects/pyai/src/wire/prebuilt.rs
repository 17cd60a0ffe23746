//! The catalogue of prebuilt tools (contract: 2.7): shown to everybody, changed by nobody, bindable like others.

use hookswitch_model::config_schema::{ConfigField, ConfigSchema};
use hookswitch_model::draft::{
    CallControlDraft, CallOperation, FunctionDraft, HostedDraft, Kind, NoAnswer, ToolDraft,
};
use hookswitch_model::{Effect, Scope, ToolId};
use hookswitch_registry::built_in_id;
use serde_json::{Map, Value, json};

use super::tool::{DEFAULT_TIMEOUT, EXTRAS, Execution, shown_config_schema};
use super::trouble::{INVALID_TOOL_CONFIG, Trouble};

/// What an id of a prebuilt tool begins with.
const PREFIX: &str = "tool_prebuilt_";
/// When the catalogue was made, in seconds since 1970.
const MADE_AT: i64 = 1_795_046_400;
/// Most destinations of a transfer.
const MOST_DESTINATIONS: usize = 50;

/// A prebuilt tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prebuilt {
    /// The date and time.
    Datetime,
    /// Transfer to a person.
    TransferToHuman,
    /// Press digits.
    SendDtmf,
    /// Hold audio.
    PlayHold,
    /// Collect speech or digits.
    Collect,
    /// End the call.
    EndCall,
}

impl Prebuilt {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 6] =
        [Self::Datetime, Self::TransferToHuman, Self::SendDtmf, Self::PlayHold, Self::Collect, Self::EndCall];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Datetime => "datetime",
            Self::TransferToHuman => "transfer_to_human",
            Self::SendDtmf => "send_dtmf",
            Self::PlayHold => "play_hold",
            Self::Collect => "collect",
            Self::EndCall => "end_call",
        }
    }

    /// The tool of an id, `tool_prebuilt_<name>`.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::from_name(id.strip_prefix(PREFIX)?)
    }

    /// The tool of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// The tool that an organisation's copy is one of.
    pub fn from_copy(scope: Scope, id: ToolId) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| built_in_id(scope, tool.key()) == id)
    }

    /// Its id here.
    pub fn id(self) -> String {
        format!("{PREFIX}{}", self.name())
    }

    /// What an organisation's copy of it is kept under.
    pub const fn key(self) -> &'static str {
        self.name()
    }

    const fn operation(self) -> Option<CallOperation> {
        match self {
            Self::Datetime => None,
            Self::TransferToHuman => Some(CallOperation::TransferToHuman),
            Self::SendDtmf => Some(CallOperation::SendDtmf),
            Self::PlayHold => Some(CallOperation::PlayHold),
            Self::Collect => Some(CallOperation::Collect),
            Self::EndCall => Some(CallOperation::EndCall),
        }
    }

    const fn execution(self) -> Execution {
        if self.operation().is_some() { Execution::Engine } else { Execution::Hosted }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Datetime => "The current date and time in a time zone.",
            Self::TransferToHuman => "Transfers the caller to a person.",
            Self::SendDtmf => "Presses digits on the call.",
            Self::PlayHold => "Plays hold audio to the caller.",
            Self::Collect => "Collects an answer of the caller, spoken or as digits.",
            Self::EndCall => "Ends the call.",
        }
    }

    fn input_schema(self) -> Value {
        let properties = match self {
            Self::Datetime => {
                json!({"timezone": {"type": "string", "description": "IANA name, as in Europe/Berlin",
                    "default": "UTC"}})
            }
            Self::TransferToHuman => json!({
                "destination": {"type": "string", "description": "E.164 number or SIP URI"},
                "reason": {"type": "string"},
            }),
            Self::SendDtmf => json!({"digits": {"type": "string", "pattern": "^[0-9A-D*#wW]{1,64}$"}}),
            Self::PlayHold => json!({"seconds": {"type": "integer", "minimum": 1, "maximum": 300}}),
            Self::Collect => json!({
                "field": {"type": "string", "description": "What is collected"},
                "kind": {"type": "string", "enum": ["speech", "dtmf"], "default": "speech"},
            }),
            Self::EndCall => json!({"reason": {"type": "string"}}),
        };
        let mut schema = json!({"type": "object", "properties": properties});
        let required: &[&str] = match self {
            Self::SendDtmf => &["digits"],
            Self::Collect => &["field"],
            _ => &[],
        };
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema["additionalProperties"] = json!(false);
        schema
    }

    fn config_schema(self) -> Option<ConfigSchema> {
        let destination = ConfigField {
            key: "destination".to_owned(),
            label: Some("Destination".to_owned()),
            kind: "text".to_owned(),
            required: false,
            secret: false,
            help: Some("An E.164 number, a SIP URI, or a list of them".to_owned()),
            placeholder: Some("+15551234567".to_owned()),
            options: None,
        };
        (self == Self::TransferToHuman).then(|| ConfigSchema { fields: vec![destination] })
    }

    /// The definition of an organisation's copy. Its name leaves the short one to the organisation's own tools.
    pub fn draft(self) -> ToolDraft {
        let kind = if self.operation().is_some() { Kind::CallControl } else { Kind::Hosted };
        let mut draft = ToolDraft::new(format!("prebuilt:{}", self.name()), kind);
        self.description().clone_into(&mut draft.description);
        draft.function =
            Some(FunctionDraft { name: Some(self.name().to_owned()), ..FunctionDraft::default() });
        draft.input_schema = Some(self.input_schema());
        draft.config_schema = self.config_schema();
        match self.operation() {
            None => draft.hosted = Some(HostedDraft { function: self.name().to_owned() }),
            Some(operation) => {
                draft.call_control = Some(control(operation));
                draft.effect = Some(Effect::Action);
            }
        }
        draft.extras.insert(EXTRAS.to_owned(), json!({ "prebuilt": self.name() }));
        draft
    }

    /// The tool as it is shown.
    pub fn view(self) -> Value {
        json!({
            "object": "tool",
            "id": self.id(),
            "org_id": null,
            "name": self.name(),
            "kind": "prebuilt",
            "description": self.description(),
            "input_schema": self.input_schema(),
            "config_schema": shown_config_schema(self.config_schema().as_ref()),
            "webhook_url": null,
            "execution": self.execution().as_str(),
            "auth_header": null,
            "has_auth": false,
            "side_effect": if self == Self::Datetime { "read" } else { "action" },
            "timeout_ms": DEFAULT_TIMEOUT,
            "status": "active",
            "created_at": MADE_AT,
            "updated_at": MADE_AT,
        })
    }

    /// What a form can't say of its settings: where a transfer may go.
    pub fn check_config(self, config: &Map<String, Value>) -> Result<(), Trouble> {
        let destinations = match (self, config.get("destination")) {
            (Self::TransferToHuman, Some(Value::Array(items))) => items.iter().collect(),
            (Self::TransferToHuman, Some(value)) if !value.is_null() => vec![value],
            _ => return Ok(()),
        };
        let is_fit = |value: &&Value| value.as_str().is_some_and(is_destination);
        if destinations.len() <= MOST_DESTINATIONS && destinations.iter().all(is_fit) {
            return Ok(());
        }
        let rule = format!(
            "config.destination must be an E.164 number, a SIP URI, or a list of at most {MOST_DESTINATIONS} of them"
        );
        Err(Trouble::about(INVALID_TOOL_CONFIG, "config.destination", rule))
    }

    /// What its description and function name are in bindings.
    pub const fn name_and_description(self) -> (&'static str, &'static str) {
        (self.name(), self.description())
    }
}

fn is_destination(text: &str) -> bool {
    let is_sip = |scheme: &str| {
        text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.contains([' ', '\r', '\n']))
    };
    let is_e164 = text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    });
    is_e164 || is_sip("sip:") || is_sip("sips:")
}

fn control(operation: CallOperation) -> CallControlDraft {
    CallControlDraft {
        operation,
        phone_number: None,
        destinations: Vec::new(),
        dtmf: None,
        dynamic_dtmf: false,
        post_transfer_message: None,
        use_agent_phone_number: true,
        detect_voicemail: false,
        keep_listening: None,
        on_no_answer: NoAnswer::default(),
        agents: Vec::new(),
        respond_after_sec: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_copy_is_a_sound_definition() {
        for tool in Prebuilt::ALL {
            let (definition, findings) = tool.draft().parse();
            let definition = definition.unwrap_or_else(|| panic!("{}: {findings:?}", tool.name()));
            assert_eq!(definition.function, tool.name());
            assert_eq!(definition.effect == Effect::Read, tool == Prebuilt::Datetime);
            assert_eq!(Prebuilt::from_id(&tool.id()), Some(tool));
        }
        assert_eq!(Prebuilt::from_id("tool_prebuilt_"), None);
        assert_eq!(Prebuilt::from_id("datetime"), None);
    }

    #[test]
    fn transfers_go_to_numbers_and_sip_uris() {
        let check = |value: Value| {
            Prebuilt::TransferToHuman.check_config(json!({ "destination": value }).as_object().unwrap())
        };
        for fit in [json!("+4930123456"), json!("sip:desk@example.com"), json!(["+15551234567"]), json!(null)]
        {
            assert!(check(fit.clone()).is_ok(), "{fit}");
        }
        for unfit in
            [json!("030 123"), json!(["+15551234567", 7]), json!({"a": 1}), json!("sip:"), json!("+0")]
        {
            let trouble = check(unfit.clone()).unwrap_err();
            assert_eq!(trouble.code, INVALID_TOOL_CONFIG, "{unfit}");
        }
    }
}
