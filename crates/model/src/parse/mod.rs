//! From draft to definition: all findings, not the first.

mod answer;
mod arguments;
mod call_control;
mod code;
mod effect;
mod lambda;
mod references;
mod webhook;

use std::time::Duration;

use hookswitch_template::{Extraction, Text};

use crate::definition::{Arguments, Definition, RetryWaits, ToolKind};
use crate::draft::{Kind, NameRule, ToolDraft};
use crate::finding::Findings;
use crate::name::{ToolName, function_name, function_text};
use crate::plan::{DEFAULT_TIMEOUT, HostedFunction};

/// Longest description, in characters.
const MOST_DESCRIPTION: usize = 8192;
/// Longest context text, in characters.
const MOST_CONTEXT: usize = 65_536;
/// Longest budget of a call.
const LONGEST_TIMEOUT_MS: u64 = 3_600_000;
/// Shortest budget of a call.
const SHORTEST_TIMEOUT_MS: u64 = 100;
/// Most attempts of one call.
const MOST_TRIES: u32 = 11;
/// Longest time that the answer of a read is given again, in seconds.
const LONGEST_CACHE_SECONDS: u32 = 3600;
/// Most extractions of one tool.
const MOST_EXTRACTIONS: usize = 64;

impl ToolDraft {
    /// Checks the draft and prepares it. The definition is there when no finding is an error.
    pub fn parse(&self) -> (Option<Definition>, Findings) {
        let mut findings = Findings::default();
        let definition = self.parse_into(&mut findings);
        (definition.filter(|_| !findings.has_errors()), findings)
    }

    fn parse_into(&self, findings: &mut Findings) -> Option<Definition> {
        let name = match ToolName::parse(self.name.as_str()) {
            Ok(name) => Some(name),
            Err(error) => {
                findings.error("$.name", "invalid_name", error.to_string());
                None
            }
        };
        self.check_numbers(findings);
        let names = self.name_rule();
        let arguments = arguments::parse(self, findings);
        let kind = self.parse_kind(&names, arguments.as_ref(), findings);
        let speech_line = self.speech.line.as_ref().and_then(|line| {
            Text::parse(line, names.text_syntax())
                .map_err(|error| findings.error("$.speech.line", "invalid_template", error.to_string()))
                .ok()
        });
        self.check_speech(findings);
        let extract = self.parse_extractions(findings);
        let result = self.result.as_ref().and_then(|path| extraction("result", path, "$.result", findings));
        let sensitive_result = (self.sensitive.result.iter().enumerate())
            .filter_map(|(index, path)| {
                extraction("", path, &format!("$.sensitive.result[{index}]"), findings)
            })
            .collect();
        if let Some(schema) = &self.config_schema {
            schema.check("$.config_schema", findings);
        }
        let effect = effect::decide(self, findings);
        let (kind, name) = (kind?, name?);
        let answer_context = answer::context(self, &names, findings);
        let references =
            references::collect(self, &kind, &names, speech_line.as_ref(), &answer_context, findings);
        Some(Definition {
            function: function(self, &name),
            description: model_description(self, arguments.as_ref()),
            name,
            arguments: arguments?,
            nulls: self.nulls,
            fixed: arguments::fixed(self, findings),
            kind,
            effect,
            effect_declared: self.effect.is_some(),
            repeats: self.repeats.unwrap_or_default(),
            act_arguments: self.act_arguments.clone(),
            act_variables: references.variables,
            sensitive_arguments: self.sensitive.arguments.clone(),
            sensitive_result,
            timeout: self.timeout_ms.map_or(DEFAULT_TIMEOUT, crate::time::Millis::duration),
            max_tries: self.max_tries.unwrap_or(3),
            cache: self.cache_seconds.map(|seconds| Duration::from_secs(seconds.into())),
            speech: self.speech.clone(),
            speech_line,
            extract,
            result,
            answer_variable: self.answer_variable.clone(),
            answer_context,
            retry_waits: self.retry_wait.map_or_else(RetryWaits::default, RetryWaits::from),
            result_limit: self
                .result_limit
                .map_or(hookswitch_template::cut::DEFAULT_LIMIT, |limit| limit as usize),
            config_schema: self.config_schema.clone(),
            secrets: references.secrets,
            maybe_secrets: references.maybe_secrets,
            system_use: references.system_use,
        })
    }

    /// How the variables of its templates are found.
    fn name_rule(&self) -> NameRule {
        let webhook = self.webhook.as_ref().and_then(|webhook| webhook.variables.as_ref());
        let lambda = self.lambda.as_ref().and_then(|lambda| lambda.variables.as_ref());
        let python = self.python.as_ref().and_then(|python| python.variables.as_ref());
        webhook.or(lambda).or(python).cloned().unwrap_or_default()
    }

    fn check_numbers(&self, findings: &mut Findings) {
        if self.description.chars().count() > MOST_DESCRIPTION {
            findings.error("$.description", "too_long", format!("at most {MOST_DESCRIPTION} characters"));
        }
        if let Some(timeout) = self.timeout_ms
            && !(SHORTEST_TIMEOUT_MS..=LONGEST_TIMEOUT_MS).contains(&timeout.0)
        {
            let range = format!("{SHORTEST_TIMEOUT_MS} to {LONGEST_TIMEOUT_MS}");
            findings.error("$.timeout_ms", "out_of_range", range);
        }
        if let Some(tries) = self.max_tries
            && !(1..=MOST_TRIES).contains(&tries)
        {
            findings.error("$.max_tries", "out_of_range", format!("1 to {MOST_TRIES}"));
        }
        if self.cache_seconds.is_some_and(|seconds| seconds > LONGEST_CACHE_SECONDS) {
            findings.error("$.cache_seconds", "out_of_range", format!("at most {LONGEST_CACHE_SECONDS}"));
        }
        if let Some(limit) = self.result_limit
            && !(256..=65_536).contains(&limit)
        {
            findings.error("$.result_limit", "out_of_range", "256 to 65536");
        }
        if self.tags.len() > 32 || self.tags.iter().any(|tag| tag.is_empty() || tag.len() > 64) {
            findings.error("$.tags", "out_of_range", "at most 32 tags of 1 to 64 bytes");
        }
    }

    fn check_speech(&self, findings: &mut Findings) {
        let speech = &self.speech;
        if speech.line.as_ref().is_some_and(|line| line.chars().count() > 1000) {
            findings.error("$.speech.line", "too_long", "at most 1000 characters");
        }
        if speech.delayed.len() > 8 || speech.delayed.iter().any(|line| line.text.chars().count() > 1000) {
            findings.error("$.speech.delayed", "too_long", "at most 8 lines of 1000 characters");
        }
        if speech.wait_for_response && !speech.is_async {
            findings.error("$.speech.wait_for_response", "conflict", "only with \"async\": true");
        }
        if speech.uninterruptible && speech.is_async {
            findings.error("$.speech.uninterruptible", "conflict", "not with \"async\": true");
        }
    }

    fn parse_extractions(&self, findings: &mut Findings) -> Vec<Extraction> {
        if self.extract.len() > MOST_EXTRACTIONS {
            findings.error("$.extract", "too_many", format!("at most {MOST_EXTRACTIONS} extractions"));
        }
        (self.extract.iter().take(MOST_EXTRACTIONS))
            .filter_map(|(name, path)| extraction(name, path, &format!("$.extract.{name}"), findings))
            .collect()
    }

    fn parse_kind(
        &self,
        names: &NameRule,
        arguments: Option<&Arguments>,
        findings: &mut Findings,
    ) -> Option<ToolKind> {
        let given = [
            (Kind::Webhook, self.webhook.is_some()),
            (Kind::Python, self.python.is_some()),
            (Kind::Lambda, self.lambda.is_some()),
            (Kind::Context, self.context.is_some()),
            (Kind::CallControl, self.call_control.is_some()),
            (Kind::Hosted, self.hosted.is_some()),
        ];
        let is_parked = self.kind == Kind::Client && self.webhook.as_ref().is_some_and(|hook| hook.parked);
        for (kind, is_given) in given {
            if is_given && kind != self.kind && !(is_parked && kind == Kind::Webhook) {
                let word = kind.as_str();
                findings.error(format!("$.{word}"), "conflict", format!("only with \"kind\": \"{word}\""));
            }
        }
        let missing = |findings: &mut Findings| {
            let word = self.kind.as_str();
            findings.error(format!("$.{word}"), "missing_field", format!("a {word} tool needs its settings"));
        };
        match self.kind {
            Kind::Client => return Some(ToolKind::Client),
            Kind::Webhook => {
                if let Some(draft) = &self.webhook {
                    let declared = arguments.map(Arguments::declared).unwrap_or_default();
                    let plan = webhook::parse(draft, self.parameters.as_deref(), declared, names, findings)?;
                    return Some(ToolKind::Webhook(Box::new(plan)));
                }
            }
            Kind::Python => {
                if let Some(draft) = &self.python {
                    code::check_python(draft, findings);
                    return Some(ToolKind::Python(Box::new(draft.clone())));
                }
            }
            Kind::Lambda => {
                if let Some(draft) = &self.lambda {
                    let declared = arguments.map(Arguments::declared).unwrap_or_default();
                    return lambda::parse(draft, declared, names, findings)
                        .map(Box::new)
                        .map(ToolKind::Lambda);
                }
            }
            Kind::Context => {
                if let Some(draft) = &self.context {
                    if draft.text.chars().count() > MOST_CONTEXT {
                        let most = format!("at most {MOST_CONTEXT} characters");
                        findings.error("$.context.text", "too_long", most);
                    }
                    if draft.literal {
                        return Some(ToolKind::Context(Text::literal_of(&draft.text)));
                    }
                    return Text::parse(&draft.text, names.text_syntax())
                        .map_err(|error| {
                            findings.error("$.context.text", "invalid_template", error.to_string());
                        })
                        .map(ToolKind::Context)
                        .ok();
                }
            }
            Kind::CallControl => {
                if let Some(draft) = &self.call_control {
                    call_control::check(draft, findings);
                    return Some(ToolKind::CallControl(Box::new(draft.clone())));
                }
            }
            Kind::Hosted => {
                if let Some(draft) = &self.hosted {
                    let function = HostedFunction::from_name(&draft.function);
                    if function.is_none() {
                        findings.error("$.hosted.function", "unknown_function", "known: datetime");
                    }
                    return function.map(ToolKind::Hosted);
                }
            }
        }
        missing(findings);
        None
    }
}

/// The function name that the model sees, before it is made unique in a session.
fn function(draft: &ToolDraft, name: &ToolName) -> String {
    let own = draft.function.as_ref().and_then(|function| function.name.as_deref());
    own.map_or_else(|| function_name(name), function_text)
}

/// What the model reads: the description, and the example that a loose shape gives.
fn model_description(draft: &ToolDraft, arguments: Option<&Arguments>) -> String {
    let own = draft.function.as_ref().and_then(|function| function.description.clone());
    let description = own.unwrap_or_else(|| draft.description.clone());
    let example = match arguments {
        Some(Arguments::Loose(shape)) => shape.example().filter(|example| !example.is_null()),
        _ => None,
    };
    match example {
        Some(example) if description.is_empty() => format!("Example: {example}"),
        Some(example) => format!("{description}\nExample: {example}"),
        None => description,
    }
}

fn extraction(name: &str, path: &str, at: &str, findings: &mut Findings) -> Option<Extraction> {
    Extraction::parse(name, path)
        .map_err(|error| findings.error(at, "invalid_jsonpath", error.to_string()))
        .ok()
}
