//! Packets with descriptors over a Unix socket that keeps their borders: how the server speaks with zygotes.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use tokio::io::unix::AsyncFd;

/// Descriptors in one packet, at most.
const MOST_DESCRIPTORS: usize = 4;

/// Our end.
#[derive(Debug)]
pub(crate) struct Packets(AsyncFd<OwnedFd>);

/// Our end, and the end to give away.
pub(crate) fn pair() -> io::Result<(Packets, OwnedFd)> {
    let (ours, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    Ok((Packets::new(ours)?, theirs))
}

impl Packets {
    #[expect(unsafe_code, reason = "tokio asks its caller to vouch for the descriptor")]
    fn new(socket: OwnedFd) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        // SAFETY: an `OwnedFd` names the same open descriptor until it is dropped, which happens in `AsyncFd`.
        let registered = unsafe { AsyncFd::register(socket) };
        Ok(Self(registered.map_err(io::Error::from)?))
    }

    pub(crate) async fn send(&self, packet: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        loop {
            let mut ready = self.0.writable().await?;
            if let Ok(sent) = ready.try_io(|socket| send_now(socket.get_ref(), packet, descriptors)) {
                return sent;
            }
        }
    }

    /// One packet; empty at the end of the conversation. A packet longer than the buffer is an error.
    pub(crate) async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        loop {
            let mut ready = self.0.readable().await?;
            if let Ok(received) = ready.try_io(|socket| receive_now(socket.get_ref(), buffer)) {
                return received;
            }
        }
    }
}

fn send_now(socket: &OwnedFd, packet: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::other("too many descriptors for a packet"));
    }
    rustix::net::sendmsg(socket, &[IoSlice::new(packet)], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn receive_now(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let parts = &mut [IoSliceMut::new(buffer)];
    let message = rustix::net::recvmsg(socket, parts, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut descriptors = Vec::new();
    for part in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = part {
            descriptors.extend(received);
        }
    }
    if message.flags.intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a packet longer than any should be"));
    }
    Ok((message.bytes, descriptors))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::*;

    #[tokio::test]
    async fn packets_keep_their_borders_and_carry_descriptors() {
        let (ours, theirs) = pair().unwrap();
        let theirs = Packets::new(theirs).unwrap();
        let file = std::fs::File::open("/dev/null").unwrap();
        ours.send(b"one", &[file.as_fd()]).await.unwrap();
        ours.send(b"two", &[]).await.unwrap();
        let mut buffer = [0; 16];
        let (length, descriptors) = theirs.receive(&mut buffer).await.unwrap();
        assert_eq!((&buffer[..length], descriptors.len()), (b"one".as_slice(), 1));
        let (length, descriptors) = theirs.receive(&mut buffer).await.unwrap();
        assert_eq!((&buffer[..length], descriptors.len()), (b"two".as_slice(), 0));
    }

    #[tokio::test]
    async fn a_packet_too_long_is_an_error_and_the_end_is_empty() {
        let (ours, theirs) = pair().unwrap();
        rustix::net::send(&theirs, &[7; 100], SendFlags::NOSIGNAL).unwrap();
        assert!(ours.receive(&mut [0; 10]).await.is_err());
        drop(theirs);
        assert_eq!(ours.receive(&mut [0; 10]).await.unwrap().0, 0);
    }
}
