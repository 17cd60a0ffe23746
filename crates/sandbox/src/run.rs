//! One call: a place, a process, the arguments in, the answer out.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::child::{Break, Child};
use crate::egress::{CallToken, EgressCall, EgressPort, Outbound};
use crate::house::House;
use crate::outcome::{CallOutcome, Failure, FailureKind, Output, Returned};
use crate::spare::{Spare, Tool};
use crate::tool::{Network, ToolSpec};
use crate::zygote::PROXY_PORT;

/// First frame of a process.
#[derive(Serialize)]
struct Load<'a> {
    name: &'a str,
    code: &'a str,
    entries: &'a [String],
    parameters: &'a [String],
    allowed_modules: Option<&'a [String]>,
    proxy: Option<String>,
    result_bytes: usize,
}

/// Second and last frame.
#[derive(Serialize)]
struct Call<'a> {
    arguments: &'a RawValue,
    context: &'a RawValue,
}

/// Forks a process for the tool and loads it, at most until `deadline`. Failures of the tool's own code are part of
/// the spare: they are told to the next call.
pub(crate) async fn make_spare(house: &House, spec: &ToolSpec, deadline: Instant) -> Result<Spare, Failure> {
    let tenant = house.tenant(&spec.tenant, &spec.set).await.map_err(Failure::unavailable)?;
    if tenant.forker.children() >= house.settings.processes_per_tenant as usize {
        return Err(Failure::busy("too many of the tenant's processes are ending"));
    }
    let token = CallToken::random().map_err(Failure::unavailable)?;
    let mut child = Child::fork(tenant, spec, &house.settings).await.map_err(Failure::unavailable)?;
    let load = Load {
        name: &spec.name,
        code: &spec.code,
        entries: &spec.entries,
        parameters: &spec.parameters,
        allowed_modules: spec.allowed_modules.as_deref(),
        proxy: (spec.network == Network::Proxy)
            .then(|| format!("http://call:{}@127.0.0.1:{PROXY_PORT}", token.expose())),
        result_bytes: house.settings.payload_bytes,
    };
    let load = serde_json::to_vec(&load).map_err(Failure::unavailable)?;
    let loaded = match child.exchange(&load, deadline).await {
        Ok(frame) => Answer::parse(&frame, false).and_then(|answer| answer.loaded(spec)),
        Err(broken) => {
            child.kill();
            Err(child.failure(&broken, spec, false))
        }
    };
    Ok(Spare::new(child, loaded, token))
}

/// The call's words, checked: two JSON objects of bounded length.
pub(crate) fn request(arguments: &str, context: &str, longest: usize) -> Result<Vec<u8>, Failure> {
    let bad = |why: &str| Failure::new(FailureKind::BadArguments, why, false);
    if arguments.len().saturating_add(context.len()) > longest {
        return Err(bad("The arguments are too long"));
    }
    let object = |text: &str| {
        let value: Box<RawValue> = serde_json::from_str(text).ok()?;
        value.get().starts_with('{').then_some(value)
    };
    let (Some(arguments), Some(context)) = (object(arguments), object(context)) else {
        return Err(bad("The arguments are not a JSON object"));
    };
    serde_json::to_vec(&Call { arguments: &arguments, context: &context })
        .map_err(|_| bad("The arguments are not a JSON object"))
}

/// Runs a call in a process that is there. The process is gone afterwards.
pub(crate) async fn run(
    spare: Spare,
    tool: &Tool,
    request: &[u8],
    egress: &Arc<dyn EgressPort>,
    deadline: Instant,
) -> CallOutcome {
    let Spare { mut child, loaded, token, .. } = spare;
    let spec = &tool.spec;
    let (mut cpu, mut outbound) = (None, Outbound::None);
    let result = match loaded {
        Err(failure) => Err(failure),
        Ok(form) => {
            let open = (spec.network == Network::Proxy).then(|| Open::new(egress, spec, token));
            let answer = child.exchange(request, deadline).await;
            outbound = open.map_or(Outbound::None, Open::close);
            read(answer, &child, spec).and_then(|answer| {
                cpu = answer.cpu.map(Duration::from_micros);
                answer.returned(spec, form)
            })
        }
    };
    let (stdout, stderr) = child.output();
    CallOutcome { result, stdout, stderr, wall: Duration::ZERO, cpu, outbound, warm: false }
}

fn read(answer: Result<Vec<u8>, Break>, child: &Child, spec: &ToolSpec) -> Result<Answer, Failure> {
    match answer {
        Ok(frame) => Answer::parse(&frame, true),
        Err(broken) => Err(child.failure(&broken, spec, true)),
    }
}

/// The way out while a call runs; closed even when the call is given up half-way.
struct Open<'a> {
    egress: &'a Arc<dyn EgressPort>,
    token: Option<CallToken>,
}

impl<'a> Open<'a> {
    fn new(egress: &'a Arc<dyn EgressPort>, spec: &ToolSpec, token: CallToken) -> Self {
        let call = EgressCall { tenant: spec.tenant.clone(), tool: spec.tool.clone(), token };
        egress.begin(&call);
        Self { egress, token: Some(call.token) }
    }

    fn close(mut self) -> Outbound {
        self.token.take().map_or(Outbound::None, |token| self.egress.end(&token))
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(token) = self.token.take() {
            self.egress.end(&token);
        }
    }
}

/// An outcome of a call that no process saw.
pub(crate) fn never_ran(failure: Failure) -> CallOutcome {
    let nothing: Result<Returned, Failure> = Err(failure);
    CallOutcome {
        result: nothing,
        stdout: Output::default(),
        stderr: Output::default(),
        wall: Duration::ZERO,
        cpu: None,
        outbound: Outbound::None,
        warm: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_two_objects_of_bounded_length() {
        let good = request(r#"{"a":1}"#, "{}", 100).unwrap();
        assert_eq!(good, br#"{"arguments":{"a":1},"context":{}}"#);
        for (arguments, context) in [("[]", "{}"), ("{}", "null"), ("{", "{}"), ("{}x", "{}"), ("", "{}")] {
            assert_eq!(request(arguments, context, 100).unwrap_err().kind, FailureKind::BadArguments);
        }
        assert!(request("{}", "{}", 3).is_err());
    }
}
