//! What a call prints: read as fast as it comes, kept up to a bound.

use std::io::{self, Read as _};
use std::os::fd::OwnedFd;

use tokio::net::unix::pipe::Receiver;

use crate::outcome::Output;

/// Read at once, bytes.
const CHUNK: usize = 64 << 10;

/// One of the two outputs.
#[derive(Debug)]
pub(crate) struct Log {
    pipe: Option<Receiver>,
    kept: Vec<u8>,
    written: u64,
    most: usize,
}

impl Log {
    /// A log, and the end to write to.
    pub(crate) fn new(most: usize) -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        let pipe = Some(Receiver::from_owned_fd(ours)?);
        Ok((Self { pipe, kept: Vec::new(), written: 0, most }, theirs))
    }

    /// Waits until there is something to take; for ever once the writer is gone.
    pub(crate) async fn readable(&self) {
        match &self.pipe {
            Some(pipe) if pipe.readable().await.is_ok() => {}
            _ => std::future::pending().await,
        }
    }

    /// Takes what is there, at most one chunk. Returns whether there was anything.
    pub(crate) fn take(&mut self) -> bool {
        let mut chunk = vec![0; CHUNK];
        match self.pipe.as_ref().map(|pipe| pipe.try_read(&mut chunk)) {
            Some(Ok(length)) if length > 0 => {
                self.written += length as u64;
                let room = self.most.saturating_sub(self.kept.len());
                let mut new = chunk.get(..length.min(room)).unwrap_or_default();
                let _ = new.read_to_end(&mut self.kept);
                true
            }
            Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => false,
            _ => {
                self.pipe = None;
                false
            }
        }
    }

    /// Bytes written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// What was kept, after a last look. A pipe holds 64 KiB, so this ends.
    pub(crate) fn finish(&mut self) -> Output {
        for _ in 0..16 {
            if !self.take() {
                break;
            }
        }
        Output { text: String::from_utf8_lossy(&self.kept).into_owned(), written: self.written }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_the_beginning_and_counts_the_rest() {
        let (mut log, writer) = Log::new(4).unwrap();
        rustix::io::write(&writer, b"12345678").unwrap();
        drop(writer);
        log.readable().await;
        assert_eq!(log.finish(), Output { text: "1234".to_owned(), written: 8 });
    }
}
