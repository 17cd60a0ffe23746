//! A call comes in: its tool is found, its arguments are checked, the machine is asked.

use std::sync::Arc;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, ExecutionId, Scope, SessionId, Stamp};
use hookswitch_registry::ToolState;
use hookswitch_session::{Call, CallRequest, Checked, Event, Refusal, RefusalCode};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::act_key::{SPEECH, fingerprint, steers_speech};
use crate::answers::CallAnswer;
use crate::error::EngineError;
use crate::input::CallInput;
use crate::session::{LiveSession, LiveTool, OpenCall, Work};
use crate::trace::{self, Traceparent};
use crate::{Engine, arguments, session};

/// Longest id of a tool call, in bytes.
const MOST_CALL_ID: usize = 200;
/// Longest idempotency key, in bytes.
const MOST_KEY: usize = 256;
/// Longest name of a tool that is looked for, in bytes.
const MOST_NAME: usize = 512;

impl Engine {
    /// Carries out a tool call and waits for its answer. When the waiting future is dropped the call goes on.
    pub async fn call(
        &self,
        scope: Scope,
        id: SessionId,
        input: CallInput,
    ) -> Result<CallAnswer, EngineError> {
        let session = self.live_session(scope, id).await?;
        let (waiter, answer) = oneshot::channel();
        self.begin(&session, input, Some(waiter)).await?;
        answer.await.map_err(|_| EngineError::Unavailable("the call was lost"))
    }

    /// Takes a tool call in. Its answer goes to the waiter, where there is one, and to the session's events.
    pub(crate) async fn begin(
        &self,
        session: &Arc<LiveSession>,
        input: CallInput,
        waiter: Option<oneshot::Sender<CallAnswer>>,
    ) -> Result<ExecutionId, EngineError> {
        if self.is_draining() {
            return Err(EngineError::Draining);
        }
        check_input(&input)?;
        let execution = ExecutionId::generate();
        let tool_call_id =
            input.tool_call_id.clone().unwrap_or_else(|| format!("tc_{}", execution.uuid().simple()));
        let (work, request) = self.examine(session, execution, tool_call_id.clone(), input).await?;
        {
            let mut state = session.state.lock();
            if state.ended_at.is_some() {
                return Err(EngineError::SessionEnded);
            }
            state.last_used = std::time::Instant::now();
            let call = OpenCall {
                work: Arc::new(work),
                waiter,
                abort: CancellationToken::new(),
                is_running: false,
                act: None,
            };
            state.calls.insert(execution, call);
            let call = Call { call: execution, tool_call_id, act: ActId::generate(), request };
            // Under the same lock: a session that ends meanwhile must not be answered into after its last event.
            self.step(session, &mut state, Event::Call(call));
        }
        self.save_events(session).await;
        Ok(execution)
    }

    /// Finds the tool and checks the arguments: what the machine must know, and what is to be done.
    async fn examine(
        &self,
        session: &Arc<LiveSession>,
        execution: ExecutionId,
        tool_call_id: String,
        input: CallInput,
    ) -> Result<(Work, CallRequest), EngineError> {
        let traceparent = input.traceparent.and_then(Traceparent::parse);
        let traces = self.inner.settings.traces.as_deref();
        let mut work = Work {
            span: trace::begin_call(traces, execution, traceparent.as_ref()),
            execution,
            tool_call_id,
            tool: None,
            arguments: Value::Null,
            fingerprint: ActKey([0; 32]),
            caller_key: input.idempotency_key.clone(),
            line: None,
            traceparent,
            created_at: Stamp::now(),
            name: input.name,
        };
        let tool = match self.find_tool(session, &work.name).await? {
            Ok(tool) => tool,
            Err(refusal) => {
                work.arguments = arguments::raw(input.arguments);
                return Ok((work, CallRequest::Refused(refusal)));
            }
        };
        trace::note_tool(&work.span, tool.prepared.id);
        work.tool = Some(Arc::clone(&tool));
        match arguments::check(&tool.prepared.definition, input.arguments) {
            Ok(arguments) => work.arguments = arguments,
            Err(unfit) => {
                work.arguments = unfit.arguments;
                let refusal = Refusal::new(RefusalCode::InvalidArguments, unfit.line);
                return Ok((work, CallRequest::Refused(refusal)));
            }
        }
        if let Some(schema) = &tool.prepared.definition.config_schema
            && schema.first_missing(&tool.config).is_some()
        {
            return Ok((work, CallRequest::Refused(RefusalCode::NotConfigured.into())));
        }
        let definition = &tool.prepared.definition;
        let variables = Arc::clone(&session.state.lock().variables);
        work.fingerprint =
            fingerprint(tool.prepared.id, definition, &work.arguments, &variables, &session.cast().system);
        let speech = work.arguments.get(SPEECH).and_then(Value::as_str).filter(|text| !text.is_empty());
        work.line = speech.filter(|_| steers_speech(definition)).map(str::to_owned);
        let checked = Checked {
            tool: tool.prepared.id,
            fingerprint: work.fingerprint,
            rules: Arc::clone(&tool.rules),
            caller_key: input.idempotency_key,
            confirmation: input.confirmation,
            has_line: work.line.is_some(),
        };
        Ok((work, CallRequest::Checked(checked)))
    }

    async fn find_tool(
        &self,
        session: &LiveSession,
        name: &str,
    ) -> Result<Result<Arc<LiveTool>, Refusal>, EngineError> {
        let cast = session.cast();
        let found = cast.tool(name).or_else(|| {
            // A caller may give the tool's own name where the model's differs from it.
            cast.tools.iter().find(|tool| tool.prepared.definition.name.as_str() == name)
        });
        let Some(tool) = found else {
            return Ok(Err(RefusalCode::UnknownTool.into()));
        };
        let kind = tool.prepared.definition.kind.kind();
        if !session.is_simulated() && !session::can_run(&tool.prepared.definition.kind) {
            let line = format!("{} tools can't be run by this server yet", kind.as_str());
            return Ok(Err(Refusal::new(RefusalCode::Unsupported, line)));
        }
        match self.inner.registry.tool_state(session.scope, tool.prepared.id).await? {
            ToolState::Enabled => Ok(Ok(Arc::clone(tool))),
            ToolState::Disabled | ToolState::Deleted => Ok(Err(RefusalCode::Disabled.into())),
        }
    }
}

fn check_input(input: &CallInput) -> Result<(), EngineError> {
    let too_long = |text: &Option<String>, most: usize| {
        text.as_ref().is_some_and(|text| text.is_empty() || text.len() > most)
    };
    if input.name.is_empty() || input.name.len() > MOST_NAME {
        return Err(EngineError::finding("$.name", "out_of_range", format!("1 to {MOST_NAME} bytes")));
    }
    if too_long(&input.tool_call_id, MOST_CALL_ID) {
        let message = format!("1 to {MOST_CALL_ID} bytes");
        return Err(EngineError::finding("$.tool_call_id", "out_of_range", message));
    }
    if too_long(&input.idempotency_key, MOST_KEY) {
        let message = format!("1 to {MOST_KEY} bytes");
        return Err(EngineError::finding("$.idempotency_key", "out_of_range", message));
    }
    Ok(())
}
