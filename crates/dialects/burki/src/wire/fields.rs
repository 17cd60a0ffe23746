//! The body of a tool, whichever of the three contracts it follows (burki: 2.1).

use hookswitch_model::draft::Kind;
use serde_json::{Map, Value, json};

use super::aliases::{TOOL_TYPES, kind_of, snake_case};
use super::extras::Origin;
use super::function::Function;
use super::parameters;
use super::read::{Members, Reader};
use super::refusal::Refusal;
use super::style::{Item, Problem, Step};

/// Largest function definition, in bytes of JSON.
const MOST_FUNCTION: usize = 64 * 1024;
/// Configuration keys that may stand at the top of a body.
const HOISTED: [&str; 11] = [
    "endpoint_url",
    "url",
    "method",
    "headers",
    "code",
    "python_code",
    "function_name",
    "function_arn",
    "aws_region",
    "region",
    "invocation_type",
];

/// What a body says. Each pair holds a value as it is used and as it came.
#[derive(Debug, Default)]
pub struct Fields {
    /// Its name.
    pub name: Option<String>,
    /// What people read.
    pub display_name: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Its type.
    pub kind: Option<Kind>,
    /// Its configuration, from whichever member it came.
    pub configuration: Option<Map<String, Value>>,
    /// Where the configuration came from.
    pub source: Source,
    /// The function that the model sees.
    pub function: Option<(Function, Value)>,
    /// Its arguments alone, as a schema.
    pub parameters: Option<(Value, Value)>,
    /// Whether it is offered.
    pub is_active: Option<bool>,
    /// Whether others see it.
    pub is_public: Option<bool>,
    /// `timeout_seconds` at the top.
    pub timeout: Option<i64>,
    /// `retry_attempts`.
    pub retries: Option<i64>,
}

/// The member that a configuration came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// `configuration`.
    #[default]
    Whole,
    /// `http_config`, `python_config`, `lambda_config`.
    Typed,
    /// Single keys at the top of the body.
    Hoisted,
}

/// What a body is for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// A new tool.
    Create,
    /// A stored one of this kind, with `timeout_seconds` as it is shown.
    Update(Kind, i64),
}

impl Fields {
    /// Reads a body.
    pub fn read(body: &Value, family: Origin, purpose: Purpose) -> Result<Self, Refusal> {
        let Some(given) = body.as_object() else {
            return Err(Refusal::item(Item::new(vec!["body".into()], Problem::NotObject, body)));
        };
        let is_v1 = family == Origin::V1;
        let plain = if is_v1 { snake_case(given) } else { given.clone() };
        let members = Members::new(&plain, vec!["body".into()]);
        let mut reader = Reader::default();
        let mut fields = Self {
            name: reader.text(&members, "name", 1, 100),
            display_name: reader.text(&members, "display_name", 1, 200),
            description: reader.text(&members, "description", 1, usize::MAX),
            kind: read_kind(&mut reader, &members, is_v1),
            is_active: reader.boolean(&members, "is_active"),
            is_public: reader.boolean(&members, "is_public"),
            timeout: read_timeout(&mut reader, &members, purpose),
            retries: reader.integer(&members, "retry_attempts", 0, 10),
            ..Self::default()
        };
        let function = read_function(&mut reader, &members);
        if let Some(value) = members.get("parameters").filter(|_| is_v1) {
            let at: Vec<Step> = members.place("parameters");
            let schema = parameters::schema_of(&mut reader, value, &at);
            fields.parameters = schema.map(|schema| (schema, value.clone()));
        }
        let kind = match purpose {
            Purpose::Create => fields.kind,
            Purpose::Update(kind, _) => Some(kind),
        };
        if is_v1 {
            fields.read_loose_configuration(&mut reader, &members, &plain, kind);
        } else {
            fields.configuration = reader.object(&members, "configuration").cloned();
        }
        if matches!(purpose, Purpose::Create) {
            fields.check_required(&mut reader, &members, family);
        }
        reader.finish()?;
        // What is wrong inside of it is a 400, which comes after the form of the body.
        if let Some(map) = function {
            fields.function = Some((Function::read(&map)?, Value::Object(map)));
        }
        Ok(fields)
    }

    /// `/api/v1`: the configuration itself, one by type, or single keys.
    fn read_loose_configuration(
        &mut self,
        reader: &mut Reader,
        members: &Members<'_>,
        plain: &Map<String, Value>,
        kind: Option<Kind>,
    ) {
        if members.get("configuration").is_some() {
            self.configuration = reader.object(members, "configuration").map(snake_case);
            return;
        }
        let typed = match kind {
            Some(Kind::Webhook) => "http_config",
            Some(Kind::Python) => "python_config",
            Some(_) => "lambda_config",
            // The type is wrong, which is said elsewhere; the configuration is there all the same.
            None => ["http_config", "python_config", "lambda_config"]
                .into_iter()
                .find(|name| members.get(name).is_some())
                .unwrap_or("http_config"),
        };
        if members.get(typed).is_some() {
            self.source = Source::Typed;
            self.configuration = reader.object(members, typed).map(snake_case);
            return;
        }
        let hoisted: Map<String, Value> = (plain.iter())
            .filter(|(name, value)| HOISTED.contains(&name.as_str()) && !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !hoisted.is_empty() {
            self.source = Source::Hoisted;
            self.configuration = Some(hoisted);
        }
    }

    fn check_required(&self, reader: &mut Reader, members: &Members<'_>, family: Origin) {
        let is_whole = members.get("configuration").is_some();
        reader.required(members, "name");
        if family == Origin::Server || is_whole {
            reader.required(members, "display_name");
            reader.required(members, "description");
        }
        reader.required(members, "tool_type");
        if family == Origin::Server
            || self.configuration.is_none() && !is_whole && self.source == Source::Whole
        {
            reader.required(members, "configuration");
        }
        if family == Origin::Server || is_whole && members.get("parameters").is_none() {
            reader.required(members, "function_definition");
        }
    }
}

fn read_function(reader: &mut Reader, members: &Members<'_>) -> Option<Map<String, Value>> {
    let map = reader.object(members, "function_definition")?;
    if serde_json::to_string(map).map_or(0, |text| text.len()) > MOST_FUNCTION {
        let problem = Problem::Other(format!("function_definition has more than {MOST_FUNCTION} bytes"));
        reader.note(members.place("function_definition"), problem, &Value::Null);
    }
    Some(map.clone())
}

fn read_kind(reader: &mut Reader, members: &Members<'_>, is_v1: bool) -> Option<Kind> {
    let value = members.get("tool_type")?;
    let Some(word) = value.as_str() else {
        reader.note(members.place("tool_type"), Problem::NotText, value);
        return None;
    };
    let kind = kind_of(word, is_v1);
    if kind.is_none() {
        reader.note(members.place("tool_type"), Problem::NotOneOf(TOOL_TYPES), value);
    }
    kind
}

/// A value equal to the one shown counts as not given: it may stand for a default, or be what another dialect takes.
fn read_timeout(reader: &mut Reader, members: &Members<'_>, purpose: Purpose) -> Option<i64> {
    let value = members.get("timeout_seconds")?;
    if matches!(purpose, Purpose::Update(_, shown) if *value == json!(shown)) {
        return None;
    }
    reader.integer(members, "timeout_seconds", 1, 300)
}
