#![allow(clippy::unwrap_used)]
//! The program is run by a small machine of its own, instruction for instruction as the kernel would.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const ALLOW: u32 = 0x7fff_0000;
const DENY: u32 = ERRNO | 1;
const ENOSYS: u32 = libc::ENOSYS.cast_unsigned();

/// Runs a filter over the `seccomp_data` of one system call.
fn verdict(sockets: Sockets, convention: u32, number: u32, arguments: [u64; 6]) -> u32 {
    let mut data = Vec::new();
    data.extend(number.to_ne_bytes());
    data.extend(convention.to_ne_bytes());
    data.extend(0u64.to_ne_bytes());
    for argument in arguments {
        data.extend(argument.to_ne_bytes());
    }
    let program = instructions(sockets).unwrap();
    let (mut at, mut accumulator) = (0usize, 0u32);
    loop {
        let step = &program[at];
        at += 1;
        let mut jump = |taken: bool| at += usize::from(if taken { step.jt } else { step.jf });
        match step.code {
            0x20 => {
                let offset = step.k as usize;
                accumulator = u32::from_ne_bytes(data[offset..offset + 4].try_into().unwrap());
            }
            0x05 => at += step.k as usize,
            0x15 => jump(accumulator == step.k),
            0x25 => jump(accumulator > step.k),
            0x35 => jump(accumulator >= step.k),
            0x45 => jump(accumulator & step.k != 0),
            0x54 => accumulator &= step.k,
            0x06 => return step.k,
            other => panic!("instruction {other:#x}"),
        }
    }
}

fn asked(number: i64, arguments: [u64; 6]) -> u32 {
    verdict(Sockets::Tcp, AUDIT_ARCH, u32::try_from(number).unwrap(), arguments)
}

/// Calls that look at their arguments.
fn conditional() -> BTreeSet<i64> {
    rules(Sockets::Tcp)
        .unwrap()
        .into_iter()
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(number, _)| number)
        .collect()
}

#[test]
fn what_is_not_named_is_denied() {
    let named: BTreeSet<i64> = rules(Sockets::Tcp).unwrap().into_keys().collect();
    for number in 0..600 {
        let verdict = asked(number, [0; 6]);
        if number == libc::SYS_clone3 {
            assert_eq!(verdict, ERRNO | ENOSYS);
        } else if !named.contains(&number) {
            assert_eq!(verdict, DENY, "system call {number}");
        } else if !conditional().contains(&number) {
            assert_eq!(verdict, ALLOW, "system call {number}");
        }
    }
}

#[test]
fn calls_that_reach_out_of_the_box_are_not_named() {
    let named = rules(Sockets::Tcp).unwrap();
    for number in [
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_memfd_create,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_setrlimit,
        libc::SYS_open_by_handle_at,
        libc::SYS_pidfd_getfd,
        libc::SYS_init_module,
        libc::SYS_chroot,
        libc::SYS_setuid,
        libc::SYS_setsid,
        libc::SYS_shmget,
        libc::SYS_mq_open,
        libc::SYS_mlockall,
        libc::SYS_sched_setscheduler,
        libc::SYS_mknodat,
        libc::SYS_openat2,
    ] {
        assert!(!named.contains_key(&number), "{number}");
    }
}

#[test]
fn what_zygotes_give_up_calls_have_not_either() {
    let named = rules(Sockets::Tcp).unwrap();
    assert!(base::DENIED.iter().all(|number| !named.contains_key(number)));
}

#[test]
fn foreign_conventions_kill() {
    assert_eq!(verdict(Sockets::Tcp, 0x4000_0003, 20, [0; 6]), KILL_PROCESS);
    assert_eq!(verdict(Sockets::Tcp, AUDIT_ARCH, X32 + 39, [0; 6]), KILL_PROCESS);
}

#[test]
fn threads_yes_processes_no() {
    let thread = 0x003d_0f00;
    assert_eq!(asked(libc::SYS_clone, [thread, 0, 0, 0, 0, 0]), ALLOW);
    for flags in
        [17, 0x4111, thread | 0x1000_0000, thread | 0x2000_0000, thread | 0x0002_0000, thread | 0x1000]
    {
        assert_eq!(asked(libc::SYS_clone, [flags, 0, 0, 0, 0, 0]), DENY, "{flags:#x}");
    }
}

#[test]
fn signals_reach_only_itself() {
    assert_eq!(asked(libc::SYS_kill, [1, 9, 0, 0, 0, 0]), ALLOW);
    for target in [0, u64::MAX, 2, u64::from(u32::MAX)] {
        assert_eq!(asked(libc::SYS_kill, [target, 9, 0, 0, 0, 0]), DENY);
        assert_eq!(asked(libc::SYS_tgkill, [target, 1, 9, 0, 0, 0]), DENY);
    }
}

#[test]
fn limits_are_read_not_written_and_nobody_elses() {
    assert_eq!(asked(libc::SYS_prlimit64, [0, 9, 0, 0x1000, 0, 0]), ALLOW);
    assert_eq!(asked(libc::SYS_prlimit64, [0, 9, 0x1000, 0, 0, 0]), DENY);
    // A pointer whose lower half alone is zero.
    assert_eq!(asked(libc::SYS_prlimit64, [0, 9, 1 << 32, 0, 0, 0]), DENY);
    assert_eq!(asked(libc::SYS_prlimit64, [7, 9, 0, 0, 0, 0]), DENY);
}

#[test]
fn only_tcp_and_only_when_asked_for() {
    let socket =
        |family: u64, kind: u64, protocol| asked(libc::SYS_socket, [family, kind, protocol, 0, 0, 0]);
    assert_eq!(socket(2, 1, 0), ALLOW);
    assert_eq!(socket(10, 1 | 0x80800, 6), ALLOW);
    for (family, kind, protocol) in
        [(2, 2, 0), (2, 3, 1), (1, 1, 0), (16, 3, 0), (17, 3, 0), (38, 5, 0), (2, 1, 262), (40, 1, 0)]
    {
        assert_eq!(socket(family, kind, protocol), DENY, "{family} {kind} {protocol}");
    }
    let offline =
        verdict(Sockets::None, AUDIT_ARCH, u32::try_from(libc::SYS_socket).unwrap(), [2, 1, 0, 0, 0, 0]);
    assert_eq!(offline, DENY);
}

#[test]
fn terminals_are_not_typed_into() {
    assert_eq!(asked(libc::SYS_ioctl, [0, libc::TCGETS, 0, 0, 0, 0]), ALLOW);
    for command in [0x5412, (1 << 32) | 0x5412, 0x541c] {
        assert_eq!(asked(libc::SYS_ioctl, [0, command, 0, 0, 0, 0]), DENY);
    }
}

proptest! {
    #[test]
    fn upper_halves_of_32_bit_arguments_do_not_matter(high in any::<u32>(), low in any::<u32>()) {
        let wide = (u64::from(high) << 32) | u64::from(low);
        let (number, narrow) = (libc::SYS_ioctl, u64::from(low));
        prop_assert_eq!(asked(number, [0, wide, 0, 0, 0, 0]), asked(number, [0, narrow, 0, 0, 0, 0]));
    }

    #[test]
    fn every_program_ends(number in any::<u32>(), arguments in any::<[u64; 6]>()) {
        let end = verdict(Sockets::None, AUDIT_ARCH, number, arguments);
        prop_assert!([ALLOW, DENY, KILL_PROCESS, ERRNO | ENOSYS].contains(&end));
    }
}
