//! A process that forks on request, seen from the server: births come back as pidfds, deaths as exits.
//!
//! Every packet is taken as hostile: one that makes no sense ends the conversation, and with it the process.

use std::collections::HashMap;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::packets::Packets;

/// A fork that takes longer than this has gone wrong.
const LONGEST_FORK: Duration = Duration::from_secs(5);
/// Longest packet of a zygote, bytes.
const LONGEST_PACKET: usize = 4096;

/// How a process ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exit {
    status: i32,
    /// CPU time, microseconds.
    pub(crate) cpu_micros: u64,
}

impl Exit {
    /// The signal that killed it.
    pub(crate) fn signal(self) -> Option<i32> {
        libc::WIFSIGNALED(self.status).then(|| libc::WTERMSIG(self.status))
    }
}

/// A process that was forked.
#[derive(Debug)]
pub(crate) struct Birth {
    pub(crate) pidfd: OwnedFd,
    /// Comes when it has been reaped; never when its parent is gone.
    pub(crate) exit: oneshot::Receiver<Exit>,
}

/// What a request to fork says besides descriptors.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) memory_mib: u32,
    pub(crate) cpu_seconds: u32,
    pub(crate) online: bool,
}

/// The server's end of a zygote.
#[derive(Debug)]
pub(crate) struct Forker {
    socket: Arc<Packets>,
    state: Arc<Mutex<State>>,
    number: AtomicU32,
    reader: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    gone: bool,
    children: HashMap<u32, Child>,
}

#[derive(Debug)]
struct Child {
    born: Option<oneshot::Sender<io::Result<OwnedFd>>>,
    ended: Option<oneshot::Sender<Exit>>,
}

/// What a zygote said when it was ready: JSON, and descriptors.
pub(crate) type Hello = (Vec<u8>, Vec<OwnedFd>);

impl Forker {
    /// Waits for the zygote's first packet, at most for `patience`. A failure is the zygote's own text.
    pub(crate) async fn greet(socket: Packets, patience: Duration) -> Result<(Self, Hello), String> {
        let mut packet = vec![0; LONGEST_PACKET];
        let (length, descriptors) = match timeout(patience, socket.receive(&mut packet)).await {
            Ok(received) => received.map_err(|error| error.to_string())?,
            Err(_) => return Err("no sign of life".to_owned()),
        };
        packet.truncate(length);
        let text = || String::from_utf8_lossy(packet.get(1..).unwrap_or_default()).into_owned();
        match packet.first() {
            Some(b'R') => {}
            Some(_) => return Err(text()),
            None => return Err(String::new()),
        }
        packet.remove(0);
        let socket = Arc::new(socket);
        let state = Arc::new(Mutex::new(State::default()));
        let reader = tokio::spawn(listen(Arc::clone(&socket), Arc::clone(&state)));
        Ok((Self { socket, state, number: AtomicU32::new(0), reader }, (packet, descriptors)))
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.state.lock().gone
    }

    /// Children that exist or are on their way, dying ones included.
    pub(crate) fn children(&self) -> usize {
        self.state.lock().children.len()
    }

    /// Children asked for so far.
    pub(crate) fn births(&self) -> u32 {
        self.number.load(Ordering::Relaxed)
    }

    /// Forks a child that gets these descriptors.
    pub(crate) async fn fork(&self, request: Request, descriptors: &[BorrowedFd<'_>]) -> io::Result<Birth> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let (born, birth) = oneshot::channel();
        let (ended, exit) = oneshot::channel();
        {
            let mut state = self.state.lock();
            if state.gone {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            state.children.insert(number, Child { born: Some(born), ended: Some(ended) });
        }
        let words = [number, request.memory_mib, request.cpu_seconds, u32::from(request.online)];
        let packet: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let answer = timeout(LONGEST_FORK, async {
            self.socket.send(&packet, descriptors).await?;
            birth.await.unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
        });
        match answer.await {
            Ok(Ok(pidfd)) => Ok(Birth { pidfd, exit }),
            Ok(Err(error)) => {
                self.state.lock().children.remove(&number);
                Err(error)
            }
            Err(_) => {
                hang_up(&self.state);
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }
}

impl Drop for Forker {
    fn drop(&mut self) {
        // The reader's half of the socket is the last: without it the zygote sees the end and goes.
        self.reader.abort();
    }
}

fn hang_up(state: &Mutex<State>) {
    let mut state = state.lock();
    state.gone = true;
    state.children.clear();
}

async fn listen(socket: Arc<Packets>, state: Arc<Mutex<State>>) {
    let mut packet = [0; LONGEST_PACKET];
    while let Ok((length, descriptors)) = socket.receive(&mut packet).await {
        if note(&state, packet.get(..length).unwrap_or_default(), descriptors).is_none() {
            break;
        }
    }
    hang_up(&state);
}

/// Takes one packet in; nothing when it makes no sense.
fn note(state: &Mutex<State>, packet: &[u8], mut descriptors: Vec<OwnedFd>) -> Option<()> {
    let word = |at: usize| Some(u32::from_le_bytes(packet.get(at..at + 4)?.try_into().ok()?));
    let number = word(1)?;
    let mut state = state.lock();
    match packet.first()? {
        b'P' => {
            let born = state.children.get_mut(&number)?.born.take()?;
            // Nobody waits any more when the caller gave up: the child sees its socket closed and ends.
            let _ = born.send(Ok(descriptors.pop()?));
        }
        b'E' => {
            let text = String::from_utf8_lossy(packet.get(5..)?).into_owned();
            let _ = state.children.remove(&number)?.born?.send(Err(io::Error::other(text)));
        }
        b'X' => {
            let cpu_micros = u64::from_le_bytes(packet.get(9..17)?.try_into().ok()?);
            let exit = Exit { status: word(5)?.cast_signed(), cpu_micros };
            let _ = state.children.remove(&number)?.ended?.send(exit);
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_packet_panics(packet in proptest::collection::vec(any::<u8>(), 0..40)) {
            let state = Mutex::new(State::default());
            state.lock().children.insert(1, Child { born: None, ended: None });
            note(&state, &packet, Vec::new());
        }
    }

    #[tokio::test]
    async fn a_zygote_that_talks_nonsense_is_hung_up_on() {
        let (ours, theirs) = crate::packets::pair().unwrap();
        let say =
            |packet: &[u8]| rustix::net::send(&theirs, packet, rustix::net::SendFlags::NOSIGNAL).unwrap();
        say(b"R{}");
        let (forker, _) = Forker::greet(ours, Duration::from_secs(5)).await.unwrap();
        say(b"P\x09\0\0\0");
        let error = forker.fork(Request::default(), &[]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        assert!(!forker.is_alive());
        assert_eq!(forker.children(), 0);
    }

    #[tokio::test]
    async fn a_launcher_that_fails_tells_why() {
        let (ours, theirs) = crate::packets::pair().unwrap();
        rustix::net::send(&theirs, b"Fmap the user: no", rustix::net::SendFlags::NOSIGNAL).unwrap();
        assert_eq!(Forker::greet(ours, Duration::from_secs(5)).await.unwrap_err(), "map the user: no");
    }
}
