//! The process of one call, from its fork to its end: LOAD ahead of time, CALL once, then killed whatever it does.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Signal, pidfd_send_signal};
use tokio::net::UnixStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use crate::forker::{Exit, Request};
use crate::logs::Log;
use crate::outcome::{Failure, FailureKind, Output};
use crate::settings::SandboxSettings;
use crate::tenant::Tenant;
use crate::tool::{Network, ToolSpec};

/// What a frame may hold besides the result: names, a traceback.
const AROUND_RESULT: usize = 64 << 10;
/// How long the reason of a death is waited for.
const LONGEST_INQUEST: Duration = Duration::from_millis(500);

/// A process that serves one call.
#[derive(Debug)]
pub(crate) struct Child {
    talk: UnixStream,
    incoming: Vec<u8>,
    longest_frame: usize,
    pub(crate) stdout: Log,
    pub(crate) stderr: Log,
    most_output: u64,
    pidfd: OwnedFd,
    exit: Option<oneshot::Receiver<Exit>>,
    cpu_seconds: u32,
    /// Its parent must live as long.
    tenant: Arc<Tenant>,
}

/// Why a conversation ended without a frame.
#[derive(Debug)]
pub(crate) enum Break {
    Deadline,
    OutputLimit,
    TooLong,
    Ended(Option<Exit>),
}

impl Child {
    pub(crate) async fn fork(
        tenant: Arc<Tenant>,
        tool: &ToolSpec,
        settings: &SandboxSettings,
    ) -> io::Result<Self> {
        let (talk, theirs) = std::os::unix::net::UnixStream::pair()?;
        talk.set_nonblocking(true)?;
        let (stdout, out) = Log::new(settings.kept_output)?;
        let (stderr, err) = Log::new(settings.kept_output)?;
        let cpu_seconds = tool.timeout.as_secs_f64().ceil() as u32 + 1;
        let request =
            Request { memory_mib: tool.max_memory_mib, cpu_seconds, online: tool.network == Network::Proxy };
        let birth = tenant.forker.fork(request, &[theirs.as_fd(), out.as_fd(), err.as_fd()]).await?;
        Ok(Self {
            talk: UnixStream::from_std(talk)?,
            incoming: Vec::new(),
            longest_frame: settings.payload_bytes + AROUND_RESULT,
            stdout,
            stderr,
            most_output: settings.drained_output,
            pidfd: birth.pidfd,
            exit: Some(birth.exit),
            cpu_seconds,
            tenant,
        })
    }

    /// Whether it still waits for its call. Anything it has said unasked makes it unfit.
    pub(crate) fn is_waiting(&self) -> bool {
        let unread = self.talk.try_read(&mut [0]);
        let quiet = matches!(unread, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        quiet && self.incoming.is_empty() && self.tenant.is_alive()
    }

    /// Sends one frame and reads one, draining output meanwhile.
    pub(crate) async fn exchange(&mut self, body: &[u8], deadline: Instant) -> Result<Vec<u8>, Break> {
        let mut frame = Vec::with_capacity(body.len() + 4);
        frame.extend((body.len() as u32).to_le_bytes());
        frame.extend(body);
        let mut unsent = frame.as_slice();
        let mut chunk = vec![0; 16 << 10];
        let alarm = sleep_until(deadline);
        tokio::pin!(alarm);
        loop {
            // The deadline first: a flood of output must not hold it up.
            tokio::select! {
                biased;
                () = &mut alarm => return Err(Break::Deadline),
                _ = self.talk.writable(), if !unsent.is_empty() => match self.talk.try_write(unsent) {
                    Ok(length) => unsent = unsent.get(length..).unwrap_or_default(),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    // It does not listen; what it has to say may still be there.
                    Err(_) => unsent = &[],
                },
                _ = self.talk.readable() => match self.talk.try_read(&mut chunk) {
                    Ok(0) => return Err(Break::Ended(self.inquest().await)),
                    Ok(length) => {
                        self.incoming.extend(chunk.get(..length).unwrap_or_default());
                        if let Some(body) = self.frame()? {
                            return Ok(body);
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(_) => return Err(Break::Ended(self.inquest().await)),
                },
                () = self.stdout.readable() => { self.stdout.take(); }
                () = self.stderr.readable() => { self.stderr.take(); }
            }
            if self.stdout.written() + self.stderr.written() > self.most_output {
                return Err(Break::OutputLimit);
            }
        }
    }

    /// The first whole frame of what came in.
    fn frame(&mut self) -> Result<Option<Vec<u8>>, Break> {
        let Some(head) = self.incoming.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*head) as usize;
        if length > self.longest_frame {
            return Err(Break::TooLong);
        }
        if self.incoming.len() < 4 + length {
            return Ok(None);
        }
        let rest = self.incoming.split_off(4 + length);
        let mut whole = std::mem::replace(&mut self.incoming, rest);
        whole.drain(..4);
        Ok(Some(whole))
    }

    /// How it died, when that is known soon.
    async fn inquest(&mut self) -> Option<Exit> {
        // It may have closed the socket and live on.
        let exit = self.exit.take()?;
        timeout(LONGEST_INQUEST, exit).await.ok()?.ok()
    }

    /// Stdout and stderr, as far as kept.
    pub(crate) fn output(&mut self) -> (Output, Output) {
        (self.stdout.finish(), self.stderr.finish())
    }

    /// Puts a broken conversation into words.
    pub(crate) fn failure(&self, broken: &Break, tool: &ToolSpec, began: bool) -> Failure {
        let timed_out = || {
            let seconds = tool.timeout.as_secs_f64();
            let unit = if (seconds - 1.0).abs() < f64::EPSILON { "second" } else { "seconds" };
            let message = format!("Function execution timed out after {seconds} {unit}");
            Failure::new(FailureKind::Timeout, message, began)
        };
        match broken {
            Break::Deadline => timed_out(),
            Break::OutputLimit => {
                Failure::new(FailureKind::OutputLimit, "Function printed too much and was stopped", began)
            }
            Break::TooLong => {
                Failure::new(FailureKind::ResultTooLarge, "Function returned too long a result", began)
            }
            Break::Ended(exit) => {
                if exit.is_none() && !self.tenant.is_alive() {
                    return Failure::new(
                        FailureKind::Crashed { signal: libc::SIGKILL },
                        "Function's process was lost",
                        began,
                    );
                }
                let used = exit.map(|exit| exit.cpu_micros).unwrap_or_default();
                match exit.and_then(Exit::signal) {
                    Some(libc::SIGKILL | libc::SIGXCPU)
                        if used >= u64::from(self.cpu_seconds) * 1_000_000 =>
                    {
                        timed_out()
                    }
                    Some(signal) => Failure::new(
                        FailureKind::Crashed { signal },
                        format!("Function crashed its process (signal {signal})"),
                        began,
                    ),
                    None => Failure::new(
                        FailureKind::NoResult,
                        "Function ended its process without a result",
                        began,
                    ),
                }
            }
        }
    }

    /// Ends it at once. No signal that a process could catch, and no waiting: reaping is the tenant process's work,
    /// and the kernel's for everything below.
    pub(crate) fn kill(&self) {
        match pidfd_send_signal(&self.pidfd, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            // Whatever that descriptor is, it is not a process of ours: its sender goes, and all below.
            Err(_) => self.tenant.kill(),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}
