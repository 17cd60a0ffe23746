//! What an agent brings into a conversation: its prompt and its tools, ready for a model.

use std::collections::HashMap;
use std::sync::Arc;

use hookswitch_engine::{ArgumentsInput, ToolView};
use hookswitch_model::brain::{SchemaForm, ToolChoice};
use hookswitch_schema::{DecodeLimits, Lowered, decode_arguments, drop_lowered_nulls, lower, to_openai};
use serde_json::Value;

use crate::client::Endpoint;

/// An agent as it comes on stage.
#[derive(Debug)]
pub struct Entrance {
    /// Its prompt and tools.
    pub stage: Stage,
    /// Its model; none: it has no brain of its own, and the one before goes on thinking.
    pub model: Option<Endpoint>,
    /// Rounds of tool calls in one turn.
    pub max_rounds: u32,
    /// Whether it calls tools.
    pub choice: ToolChoice,
    /// What it says first, filled.
    pub greeting: Option<String>,
}

/// An agent on stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name.
    pub agent: String,
    /// Its prompt, filled.
    pub prompt: Option<String>,
    /// The form of its schemas.
    pub schemas: SchemaForm,
    functions: Arc<[Value]>,
    /// Original schemas of functions that were lowered to a form in which optional arguments come as null.
    strict: HashMap<String, Value>,
}

impl Stage {
    /// An agent with the tools of its session.
    pub fn new(agent: String, prompt: Option<String>, schemas: SchemaForm, tools: &[ToolView]) -> Self {
        let mut stage = Self { agent, prompt, schemas, functions: Arc::new([]), strict: HashMap::new() };
        stage.set_tools(tools);
        stage
    }

    /// The session's tools are these now.
    pub fn set_tools(&mut self, tools: &[ToolView]) {
        self.strict.clear();
        let mut functions = Vec::with_capacity(tools.len());
        for tool in tools {
            let Lowered { schema, is_strict, losses } = lower(&tool.parameters, target(self.schemas));
            for loss in losses {
                tracing::debug!(tool = tool.function, %loss, "the model sees less of a schema");
            }
            let mut function = to_openai(&tool.function, &tool.description, &schema);
            if is_strict {
                function["function"]["strict"] = Value::Bool(true);
                self.strict.insert(tool.function.clone(), tool.parameters.clone());
            }
            functions.push(function);
        }
        self.functions = functions.into();
    }

    /// The functions as a model takes them.
    pub fn functions(&self) -> Arc<[Value]> {
        Arc::clone(&self.functions)
    }

    /// The arguments of a call as the session checks them, against the original schema. A strict function's optional
    /// arguments come as null where they are not given.
    pub(crate) fn arguments(&self, function: &str, text: String) -> ArgumentsInput {
        let Some(original) = self.strict.get(function) else { return ArgumentsInput::Text(text) };
        match decode_arguments(&text, DecodeLimits::default()) {
            Ok(mut arguments) => {
                drop_lowered_nulls(original, &mut arguments);
                ArgumentsInput::Value(arguments)
            }
            // Refused by the session, with its reason.
            Err(_) => ArgumentsInput::Text(text),
        }
    }
}

fn target(form: SchemaForm) -> hookswitch_schema::Target {
    match form {
        SchemaForm::AsIs => hookswitch_schema::Target::AsIs,
        SchemaForm::OpenaiStrict => hookswitch_schema::Target::OpenaiStrict,
        SchemaForm::Gemini => hookswitch_schema::Target::Gemini,
    }
}
