//! The system calls that have no safe wrapper. With one line of `packets`
//! this is all the `unsafe` of the project.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::process::Pid;
use rustix::thread::UnshareFlags;

/// Closes every descriptor from `first` on, whoever opened it.
pub(super) fn close_from(first: u32) -> io::Result<()> {
    // SAFETY: runs at the start of the launcher, which has opened nothing yet: no Rust object owns a descriptor
    // above the standard three, so none is pulled from under its owner.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) };
    checked(result)
}

/// Leaves the namespaces named by `flags` for fresh ones.
pub(super) fn unshare(flags: UnshareFlags) -> io::Result<()> {
    // SAFETY: only `FILES` can break Rust's rules about descriptors (threads with tables of their own); the flags
    // here never hold it, and the launcher has one thread.
    unsafe { rustix::thread::unshare_unsafe(flags) }.map_err(Into::into)
}

/// Which side of a fork this is.
pub(super) enum Fork {
    /// The parent, with the child's pid.
    Parent(Pid),
    /// The child.
    Child,
}

/// Forks this process, which must have one thread.
pub(super) fn fork() -> io::Result<Fork> {
    // SAFETY: the launcher has one thread (the kernel refuses `unshare` of a user namespace to any other, and that
    // has happened before), so no lock is held by a thread that the child doesn't have.
    let pid = unsafe { libc::fork() };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Fork::Child),
        pid => Pid::from_raw(pid).map(Fork::Parent).ok_or_else(|| io::Error::other("fork gave no pid")),
    }
}

/// Adds mount attributes (`MOUNT_ATTR_*`) to a detached tree and all mounts below it.
pub(super) fn restrict_tree(tree: BorrowedFd<'_>, attributes: u64) -> io::Result<()> {
    let request =
        libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: libc::MS_PRIVATE, userns_fd: 0 };
    // SAFETY: `request` is a live `mount_attr` of exactly the size given, the path a literal that ends in NUL, and
    // the descriptor is borrowed for the length of the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | libc::AT_RECURSIVE,
            &raw const request,
            size_of::<libc::mount_attr>(),
        )
    };
    checked(result)
}

fn checked(result: libc::c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use rustix::process::{WaitOptions, waitpid};

    use super::*;

    #[test]
    fn a_fork_has_two_sides() {
        match fork().unwrap() {
            Fork::Child => {
                // SAFETY: ends the child at once, without destructors of a process that has other threads.
                unsafe { libc::_exit(7) }
            }
            Fork::Parent(child) => {
                let (_, status) = waitpid(Some(child), WaitOptions::empty()).unwrap().unwrap();
                assert_eq!(status.exit_status(), Some(7));
            }
        }
    }

    #[test]
    fn a_tree_that_is_no_mount_is_an_error_not_a_crash() {
        let file = std::fs::File::open("/dev/null").unwrap();
        let error = restrict_tree(std::os::fd::AsFd::as_fd(&file), libc::MOUNT_ATTR_RDONLY).unwrap_err();
        assert!(error.raw_os_error().is_some());
    }

    #[test]
    fn namespaces_that_need_one_thread_are_refused_to_many() {
        // The test harness has several threads: the kernel's answer is what `fork` relies on.
        let error = std::thread::spawn(|| unshare(UnshareFlags::NEWUSER)).join().unwrap().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
    }

    #[test]
    fn closing_from_a_number_that_nobody_uses_is_harmless() {
        close_from(1 << 20).unwrap();
    }
}
