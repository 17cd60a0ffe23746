//! The allow-list of system calls of a call's process, as a program of the kernel's packet filter.
//!
//! What is not named fails with `EPERM`; a foreign calling convention (32-bit entry, x32) kills; `clone3` answers
//! `ENOSYS`, so that the C library falls back to `clone`, whose flags a filter can read.

mod allowed;
pub(crate) mod base;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

/// Which sockets a call may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sockets {
    /// Only pairs within the process.
    None,
    /// TCP over IP as well; where to is decided by the network namespace and Landlock.
    Tcp,
}

/// Why no filter could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilterError {
    #[error("no filter for this processor")]
    Processor,
    #[error("the kernel did not take the filter")]
    NotInstalled,
    #[error(transparent)]
    Backend(#[from] seccompiler::BackendError),
}

#[cfg(target_arch = "x86_64")]
const AUDIT_ARCH: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const AUDIT_ARCH: u32 = 0xc000_00b7;

/// Bit of a system call's number that marks the x32 convention.
const X32: u32 = 0x4000_0000;

/// Opcodes of the filter machine that the head of the program uses.
const LOAD: u16 = 0x20;
const JUMP_IF_EQUAL: u16 = 0x15;
const JUMP_IF_SET: u16 = 0x45;
const RETURN: u16 = 0x06;
const KILL_PROCESS: u32 = 0x8000_0000;
const ERRNO: u32 = 0x0005_0000;

/// The program as the kernel takes it: eight bytes an instruction.
pub(crate) fn program(sockets: Sockets) -> Result<Vec<u8>, FilterError> {
    let mut bytes = Vec::new();
    for instruction in instructions(sockets)? {
        bytes.extend(instruction.code.to_ne_bytes());
        bytes.extend([instruction.jt, instruction.jf]);
        bytes.extend(instruction.k.to_ne_bytes());
    }
    Ok(bytes)
}

fn instructions(sockets: Sockets) -> Result<Vec<sock_filter>, FilterError> {
    let processor: TargetArch =
        std::env::consts::ARCH.try_into().map_err(|_: seccompiler::BackendError| FilterError::Processor)?;
    let denied = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let filter = SeccompFilter::new(rules(sockets)?, denied, SeccompAction::Allow, processor)?;
    let list: BpfProgram = filter.try_into()?;
    let mut whole = head();
    whole.extend(list);
    Ok(whole)
}

/// What the list can't say, before it: jumps are relative, so it stays true wherever it stands.
fn head() -> Vec<sock_filter> {
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    let clone3 = u32::try_from(libc::SYS_clone3).unwrap_or(u32::MAX);
    vec![
        // seccomp_data: the number at 0, the calling convention at 4.
        step(LOAD, 0, 0, 4),
        step(JUMP_IF_EQUAL, 1, 0, AUDIT_ARCH),
        step(RETURN, 0, 0, KILL_PROCESS),
        step(LOAD, 0, 0, 0),
        step(JUMP_IF_SET, 0, 1, X32),
        step(RETURN, 0, 0, KILL_PROCESS),
        step(JUMP_IF_EQUAL, 0, 1, clone3),
        step(RETURN, 0, 0, ERRNO | libc::ENOSYS.cast_unsigned()),
    ]
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn rules(sockets: Sockets) -> Result<Rules, FilterError> {
    let mut rules: Rules = allowed::ALWAYS.iter().map(|number| (*number, Vec::new())).collect();
    // A thread like the C library's: same memory, same signals, no namespace, no process.
    let process = libc::CLONE_VFORK | libc::CLONE_PTRACE | libc::CLONE_PIDFD;
    let thread = libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_THREAD;
    let looked_at = u64::from((process | thread | allowed::NAMESPACES).cast_unsigned());
    let thread = u64::from(thread.cast_unsigned());
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![when(0, Op::MaskedEq(looked_at), thread)?])?]);
    // A call is process 1 of its own namespace: signals to itself alone.
    rules.insert(libc::SYS_kill, vec![SeccompRule::new(vec![when(0, Op::Eq, 1)?])?]);
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![when(0, Op::Eq, 1)?])?]);
    one_of(&mut rules, libc::SYS_fcntl, 1, &allowed::FCNTL)?;
    one_of(&mut rules, libc::SYS_ioctl, 1, &allowed::IOCTL)?;
    one_of(&mut rules, libc::SYS_prctl, 0, &allowed::PRCTL)?;
    // Its own limits, to read.
    let own = SeccompCondition::new(0, Len::Dword, Op::Eq, 0)?;
    let reading = SeccompCondition::new(2, Len::Qword, Op::Eq, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![own, reading])?]);
    one_of(&mut rules, libc::SYS_socketpair, 0, &[libc::AF_UNIX.cast_unsigned()])?;
    if sockets == Sockets::Tcp {
        rules.insert(libc::SYS_socket, tcp()?);
    }
    Ok(rules)
}

/// Stream sockets over IPv4 and IPv6, of the default protocol or TCP by name.
fn tcp() -> Result<Vec<SeccompRule>, FilterError> {
    let kind = !u64::from((libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK).cast_unsigned()) & u64::from(u32::MAX);
    let mut rules = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        for protocol in [0, libc::IPPROTO_TCP] {
            rules.push(SeccompRule::new(vec![
                when(0, Op::Eq, u64::from(family.cast_unsigned()))?,
                when(1, Op::MaskedEq(kind), u64::from(libc::SOCK_STREAM.cast_unsigned()))?,
                when(2, Op::Eq, u64::from(protocol.cast_unsigned()))?,
            ])?);
        }
    }
    Ok(rules)
}

/// Allows `number` when its argument is one of `values`.
fn one_of(rules: &mut Rules, number: i64, argument: u8, values: &[u32]) -> Result<(), FilterError> {
    let each =
        values.iter().map(|value| Ok(SeccompRule::new(vec![when(argument, Op::Eq, (*value).into())?])?));
    rules.insert(number, each.collect::<Result<_, FilterError>>()?);
    Ok(())
}

/// A condition on the lower half of an argument: the kernel reads these as 32-bit numbers.
fn when(argument: u8, operator: Op, value: u64) -> Result<SeccompCondition, FilterError> {
    Ok(SeccompCondition::new(argument, Len::Dword, operator, value)?)
}
