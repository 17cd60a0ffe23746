//! Trying a tool outside a session: a dry run shows the exact request, a real one sends it once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use hookswitch_egress::Freshness;
use hookswitch_executors::{Opened, Stamps, Variables, context, hosted};
use hookswitch_model::definition::{SystemUse, ToolKind};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::execution::{CodeRecord, Execution, ExecutionDetail, ExtractedVariable, RequestRecord};
use hookswitch_model::session::Channel;
use hookswitch_model::{ActId, Dialect, ExecutionId, Outcome, ProjectId, Scope, Stamp, ToolId};
use serde_json::{Map, Value, json};

use crate::error::EngineError;
use crate::execute::{
    Attempting, Given, Made, Means, OpenError, Places, Redaction, Slot, clean, explain, names_of, open_all,
    open_without, take_literals,
};
use crate::input::ArgumentsInput;
use crate::system_values::{self, CallFacts};
use crate::{Engine, arguments, session, told};
use hookswitch_registry::{Prepared, Registry};

/// Whether the request of a trial is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// It is only shown.
    Yes,
    /// It is sent, once.
    No,
}

/// What a tool is tried with.
#[derive(Debug, Clone)]
pub struct TrialInput {
    /// The arguments.
    pub arguments: Value,
    /// Session variables.
    pub variables: Map<String, Value>,
    /// Values of the session that it would have: `from`, `to`, `direction`, `timezone`, …
    pub system: Map<String, Value>,
    /// The binding's config.
    pub config: Map<String, Value>,
    /// Whether the request is sent.
    pub dry_run: DryRun,
}

/// How a trial went.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Its record; none for a dry run.
    pub execution: Option<ExecutionId>,
    /// Whether it was refused because its arguments do not fit.
    pub is_unfit: bool,
    /// How it ended; none for a dry run that could have been sent.
    pub outcome: Option<Outcome>,
    /// What went wrong.
    pub error: Option<String>,
    /// Stable code of what went wrong when no answer came: `connect_refused`, `timeout`, …
    pub code: Option<&'static str>,
    /// The request, redacted.
    pub request: Option<RequestRecord>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The answer, redacted.
    pub response: Value,
    /// What the model would be told.
    pub told: Value,
    /// Session variables that the answer would set.
    pub variables: Map<String, Value>,
    /// How each extraction went.
    pub extracted: Vec<ExtractedVariable>,
    /// Names that the templates met without a value.
    pub unset: Vec<String>,
    /// Whether the budget was used up.
    pub timed_out: bool,
    /// What code left beside its answer.
    pub code_record: Option<CodeRecord>,
    /// How long it took, in microseconds.
    pub total_us: u64,
}

impl Trial {
    fn ended(outcome: Outcome, error: impl Into<String>) -> Self {
        let error = error.into();
        Self { told: told::failure(outcome, &error), error: Some(error), ..Self::blank(Some(outcome)) }
    }

    fn blank(outcome: Option<Outcome>) -> Self {
        Self {
            execution: None,
            is_unfit: false,
            outcome,
            error: None,
            code: None,
            request: None,
            status: None,
            response: Value::Null,
            told: Value::Null,
            variables: Map::new(),
            extracted: Vec::new(),
            unset: Vec::new(),
            timed_out: false,
            code_record: None,
            total_us: 0,
        }
    }
}

impl Engine {
    /// Tries the current version of a tool, also a disabled one. Counts in no statistics.
    pub async fn try_tool(&self, scope: Scope, id: ToolId, input: TrialInput) -> Result<Trial, EngineError> {
        if self.is_draining() {
            return Err(EngineError::Draining);
        }
        let tool = self.inner.registry.get_tool(scope, id).await?;
        let prepared = self.inner.registry.prepared(scope, id, tool.version).await?;
        Registry::check_loose_config(tool.draft.config_schema.as_ref(), &input.config, "$.config")?;
        let opened = open_all(&self.inner.registry, scope, &prepared, &input.config).await;
        self.run_trial(scope, &prepared, Some(prepared.id), input, opened).await
    }

    /// Tries a definition that is not saved, as if it were a tool of a dialect. Its literal secrets are redacted like
    /// sealed ones; it has no secret that signs.
    pub async fn try_draft(
        &self,
        scope: Scope,
        project: ProjectId,
        dialect: Dialect,
        mut draft: ToolDraft,
        input: TrialInput,
    ) -> Result<Trial, EngineError> {
        if self.is_draining() {
            return Err(EngineError::Draining);
        }
        let literals = take_literals(&mut draft);
        let prepared = Arc::new(self.inner.registry.prepared_draft(scope, project, dialect, &draft)?);
        Registry::check_loose_config(draft.config_schema.as_ref(), &input.config, "$.config")?;
        let opened = open_without(&self.inner.registry, scope, &prepared, &input.config, literals).await;
        self.run_trial(scope, &prepared, None, input, opened).await
    }

    async fn run_trial(
        &self,
        scope: Scope,
        prepared: &Arc<Prepared>,
        tool: Option<ToolId>,
        input: TrialInput,
        opened: Result<Opened, OpenError>,
    ) -> Result<Trial, EngineError> {
        let started = Instant::now();
        let created_at = Stamp::now();
        let execution = ExecutionId::generate();
        let is_dry = input.dry_run == DryRun::Yes;
        let can_run = session::can_run(&prepared.definition.kind);
        let mut trial = match (checked(prepared, input.arguments.clone()), opened) {
            (Ok(arguments), Ok(opened)) => {
                self.attempt(scope, prepared, arguments, input, execution, opened).await
            }
            (Err(line), _) => Trial { is_unfit: can_run, ..Trial::ended(Outcome::Refused, line) },
            (_, Err(error)) => Trial::ended(Outcome::Refused, error.to_string()),
        };
        trial.total_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        if !is_dry {
            trial.execution = Some(execution);
            self.record_trial(scope, (prepared, tool), &trial, execution, created_at).await;
        }
        Ok(trial)
    }

    async fn attempt(
        &self,
        scope: Scope,
        prepared: &Arc<Prepared>,
        arguments: Value,
        input: TrialInput,
        execution: ExecutionId,
        opened: Opened,
    ) -> Trial {
        let now = Stamp::now();
        let definition = &prepared.definition;
        let call_id = format!("test-{}", execution.uuid());
        let mut session = input.system.clone();
        session.insert("session_id".to_owned(), Value::from(call_id.as_str()));
        session.insert("session_uuid".to_owned(), Value::from(execution.uuid().to_string()));
        session.insert("call_id".to_owned(), Value::from(call_id.as_str()));
        session.insert("trial_call_id".to_owned(), Value::from(call_id.as_str()));
        session.entry("channel").or_insert_with(|| json!(Channel::Text));
        let facts = CallFacts {
            tool_call_id: &call_id,
            function: &definition.function,
            tool: Some(prepared),
            act: ActId::from_uuid(execution.uuid()),
            is_test: true,
        };
        // A trial may be told values that its templates do not name.
        let needed = definition.system_use.max(SystemUse::Values);
        let system = system_values::of_call(&Value::Object(session), &facts, now, needed);
        let vars = Value::Object(input.variables);
        let config = Value::Object(opened.fill_config(&input.config));
        let places = Places { system: &system, vars: &vars, config: &config };
        let arguments = crate::execute::with_fixed(definition, arguments, places, &opened);
        let variables = Variables {
            names: names_of(definition),
            input: &arguments,
            system: &system,
            vars: &vars,
            config: &config,
            secrets: &opened.secrets,
        };
        match &definition.kind {
            ToolKind::Context(text) => match context::execute(text, &variables) {
                Ok((told, unset)) => Trial { told, unset, ..Trial::blank(Some(Outcome::Done)) },
                Err(error) => Trial::ended(Outcome::Refused, error.to_string()),
            },
            ToolKind::Hosted(function) => match hosted::execute(*function, &arguments, now) {
                Ok(told) => Trial { told, ..Trial::blank(Some(Outcome::Done)) },
                Err(error) => Trial::ended(Outcome::Refused, error),
            },
            _ => {
                let slot = Slot::for_one_call();
                let given = Given {
                    engine: self,
                    session: None,
                    work: None,
                    prepared,
                    scope,
                    slot: &slot,
                    values: variables,
                    opened: &opened,
                    freshness: Freshness::Any,
                };
                let means = match Means::prepare(&given).await {
                    Ok(means) => means,
                    Err(refused) => {
                        return Trial::ended(Outcome::Refused, refused.detail.unwrap_or(refused.line));
                    }
                };
                let act = ActId::from_uuid(execution.uuid());
                let stamps = Stamps { execution, act, now, traceparent: None };
                self.attempt_once(&given, &means, &stamps, input.dry_run).await
            }
        }
    }

    async fn attempt_once(
        &self,
        given: &Given<'_>,
        means: &Means,
        stamps: &Stamps,
        dry_run: DryRun,
    ) -> Trial {
        let (prepared, opened, variables) = (given.prepared, given.opened, given.values);
        let definition = &prepared.definition;
        let redaction = Redaction::of(definition, variables.input, opened);
        let unset = means.unset().to_vec();
        if dry_run == DryRun::Yes {
            let shown = means.preview(opened, stamps, &redaction);
            return Trial { request: shown, unset, ..Trial::blank(None) };
        }
        let end = Instant::now() + self.inner.settings.budget(prepared);
        let attempting = Attempting {
            engine: self,
            opened,
            stamps,
            effect: definition.effect,
            redaction: &redaction,
            send_by: end,
            until: end,
        };
        let Made { reading, request, code, .. } = means.attempt(&attempting).await;
        let secrets = &redaction.secrets;
        let mut trial = if reading.outcome == Outcome::Done {
            // No secrets in what the model is told.
            let speakable = Variables { secrets: &HashMap::new(), config: &Value::Null, ..variables };
            let shaped = told::shape(definition, reading.result, &reading.response, |set| {
                explain(definition, speakable, set)
            });
            let told = secrets.value(shaped.told, false);
            let variables = shaped.variables.into_iter();
            let variables = variables.map(|(name, value)| (name, secrets.value(value, false))).collect();
            let extracted = shaped.extracted;
            Trial { told, variables, extracted, ..Trial::blank(Some(Outcome::Done)) }
        } else {
            Trial::ended(reading.outcome, secrets.text(&reading.error.unwrap_or_default()))
        };
        if reading.timed_out {
            trial.told = told::timed_out();
            trial.timed_out = true;
        }
        trial.request = request;
        trial.code = reading.code;
        trial.code_record = code;
        trial.status = reading.status;
        trial.response = clean(reading.response, &definition.sensitive_result, secrets);
        trial.unset = unset;
        trial
    }

    async fn record_trial(
        &self,
        scope: Scope,
        (prepared, tool): (&Prepared, Option<ToolId>),
        trial: &Trial,
        id: ExecutionId,
        created_at: Stamp,
    ) {
        let execution = Execution {
            id,
            org: scope.org,
            mode: scope.mode,
            session: None,
            agent: None,
            tool,
            tool_version: tool.map(|_| prepared.version),
            tool_name: prepared.definition.name.as_str().to_owned(),
            tool_call_id: format!("test-{}", id.uuid()),
            act: None,
            outcome: trial.outcome,
            timed_out: trial.timed_out,
            test: true,
            error: trial.error.clone(),
            detail: ExecutionDetail {
                request: trial.request.clone(),
                response_status: trial.status,
                response: trial.response.clone(),
                told: trial.told.clone(),
                code: trial.code_record.clone(),
                unset: trial.unset.clone(),
                ..ExecutionDetail::default()
            },
            queue_us: 0,
            total_us: trial.total_us,
            created_at,
            ended_at: Some(Stamp::now()),
        };
        self.record(execution).await;
    }
}

fn checked(prepared: &Prepared, given: Value) -> Result<Value, String> {
    let kind = prepared.definition.kind.kind();
    if session::can_run(&prepared.definition.kind) {
        arguments::check(&prepared.definition, ArgumentsInput::Value(given)).map_err(|unfit| unfit.line)
    } else {
        Err(format!("{} tools can't be run by this server yet", kind.as_str()))
    }
}
