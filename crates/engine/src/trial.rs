//! Trying a tool outside a session: a dry run shows the exact request, a real one sends it once.

use std::time::Instant;

use hookswitch_egress::Freshness;
use hookswitch_executors::webhook::{self, Stamps};
use hookswitch_executors::{Variables, context, hosted};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::execution::{Execution, ExecutionDetail, RequestRecord};
use hookswitch_model::{ActId, ExecutionId, Outcome, Scope, Stamp, ToolId};
use serde_json::{Map, Value, json};

use crate::error::EngineError;
use crate::execute::{clean, open_all, sensitive_values};
use crate::input::ArgumentsInput;
use crate::{Engine, arguments, session, system_values, told};
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
    /// How it ended; none for a dry run that could have been sent.
    pub outcome: Option<Outcome>,
    /// What went wrong.
    pub error: Option<String>,
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
    /// Names that the templates met without a value.
    pub unset: Vec<String>,
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
            outcome,
            error: None,
            request: None,
            status: None,
            response: Value::Null,
            told: Value::Null,
            variables: Map::new(),
            unset: Vec::new(),
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
        let started = Instant::now();
        let created_at = Stamp::now();
        let execution = ExecutionId::generate();
        let is_dry = input.dry_run == DryRun::Yes;
        let mut trial = match checked(&prepared, input.arguments.clone()) {
            Ok(arguments) => self.attempt(scope, &prepared, arguments, input, execution).await,
            Err(line) => Trial::ended(Outcome::Refused, line),
        };
        trial.total_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        if !is_dry {
            trial.execution = Some(execution);
            self.record_trial(scope, &prepared, &trial, execution, created_at).await;
        }
        Ok(trial)
    }

    async fn attempt(
        &self,
        scope: Scope,
        prepared: &Prepared,
        arguments: Value,
        input: TrialInput,
        execution: ExecutionId,
    ) -> Trial {
        let now = Stamp::now();
        let definition = &prepared.definition;
        let call_id = format!("test-{}", execution.uuid());
        let system = system_values::of_call(
            &json!({"session_id": call_id, "call_id": call_id}),
            &call_id,
            now,
            definition.system_use,
        );
        let opened = match open_all(&self.inner.registry, scope, prepared, &input.config).await {
            Ok(opened) => opened,
            Err(error) => return Trial::ended(Outcome::Refused, error.to_string()),
        };
        let vars = Value::Object(input.variables);
        let config = Value::Object(opened.fill_config(&input.config));
        let names = match &definition.kind {
            ToolKind::Webhook(plan) => plan.names.clone(),
            _ => hookswitch_model::draft::NameRule::default(),
        };
        let arguments = crate::execute::with_fixed(definition, arguments, &system, &config, &opened);
        let variables = Variables {
            names: &names,
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
                Err(error) => Trial::ended(Outcome::Failed, error),
            },
            ToolKind::Webhook(plan) => {
                let policy = self.inner.egress.policy();
                let request = match webhook::fill(plan, &variables, &opened, &policy, Freshness::Any) {
                    Ok(request) => request,
                    Err(refused) => return Trial::ended(Outcome::Refused, refused.to_string()),
                };
                let act = ActId::from_uuid(execution.uuid());
                let stamps = Stamps { execution, act, now, traceparent: None };
                self.send_trial(prepared, &arguments, &request, &stamps, &opened, input.dry_run).await
            }
            _ => Trial::ended(Outcome::Refused, "this tool can't be run here"),
        }
    }

    async fn send_trial(
        &self,
        prepared: &Prepared,
        arguments: &Value,
        request: &webhook::FilledRequest,
        stamps: &Stamps,
        opened: &hookswitch_executors::Opened,
        dry_run: DryRun,
    ) -> Trial {
        let definition = &prepared.definition;
        let redactor = opened.redactor();
        let sensitive = sensitive_values(definition, arguments);
        let unset = request.unset.clone();
        if dry_run == DryRun::Yes {
            let headers = webhook::preview(request, stamps, opened);
            let shown = webhook::record_request(request, &headers, &redactor, &sensitive);
            return Trial { request: Some(shown), unset, ..Trial::blank(None) };
        }
        let end = Instant::now() + definition.timeout.min(self.inner.settings.ceiling);
        let (headers, sent) = webhook::attempt(&self.inner.egress, request, stamps, opened, end, end).await;
        let reading = match &sent {
            Ok(response) => webhook::read_answer(response, definition.effect),
            Err(error) => webhook::read_error(error, definition.effect),
        };
        let mut trial = if reading.outcome == Outcome::Done {
            let shaped = told::shape(definition, reading.result);
            let told = redactor.value(shaped.told, false);
            let variables = shaped.variables.into_iter();
            let variables = variables.map(|(name, value)| (name, redactor.value(value, false))).collect();
            Trial { told, variables, ..Trial::blank(Some(Outcome::Done)) }
        } else {
            Trial::ended(reading.outcome, redactor.text(&reading.error.unwrap_or_default()))
        };
        if reading.timed_out {
            trial.told = told::timed_out();
        }
        trial.request = Some(webhook::record_request(request, &headers, &redactor, &sensitive));
        trial.status = reading.status;
        trial.response = clean(reading.response, &definition.sensitive_result, &redactor);
        trial.unset = unset;
        trial
    }

    async fn record_trial(
        &self,
        scope: Scope,
        prepared: &Prepared,
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
            tool: Some(prepared.id),
            tool_version: Some(prepared.version),
            tool_name: prepared.definition.name.as_str().to_owned(),
            tool_call_id: format!("test-{}", id.uuid()),
            act: None,
            outcome: trial.outcome,
            timed_out: trial.told == told::timed_out(),
            test: true,
            error: trial.error.clone(),
            detail: ExecutionDetail {
                request: trial.request.clone(),
                response_status: trial.status,
                response: trial.response.clone(),
                told: trial.told.clone(),
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
    if session::can_run(kind) {
        arguments::check(&prepared.definition, ArgumentsInput::Value(given)).map_err(|unfit| unfit.line)
    } else {
        Err(format!("{} tools can't be run by this server yet", kind.as_str()))
    }
}
