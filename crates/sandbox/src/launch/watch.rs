//! The launcher's parent half: outside the box, waiting for the server or the zygote to end.
//!
//! `PR_SET_PDEATHSIG` follows the thread that spawned, and the server's threads come and go; a socket that hangs up
//! does not lie. When the zygote, process 1 of its pid namespace, dies, the kernel kills everything below it.

use std::convert::Infallible;
use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, waitpid};

#[expect(clippy::exit, reason = "a launcher has no caller to return to")]
pub(super) fn until_either_ends(zygote: Pid) -> io::Result<Infallible> {
    let handle = pidfd_open(zygote, PidfdFlags::empty())?;
    let server = io::stdin();
    loop {
        // Hang-up is always reported; data is the zygote's to read.
        let mut waiting = [PollFd::new(&server, PollFlags::empty()), PollFd::new(&handle, PollFlags::IN)];
        match poll(&mut waiting, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if !waiting[0].revents().is_empty() {
            let _ = pidfd_send_signal(&handle, Signal::KILL);
        } else if waiting[1].revents().is_empty() {
            continue;
        }
        let _ = waitpid(Some(zygote), WaitOptions::empty());
        std::process::exit(0);
    }
}
