//! Locks while the program spawns processes: between fork and exec, a child process has all open files.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use tagwright::disk::Lock;

#[test]
#[cfg(unix)]
fn released_lock_is_free_during_process_spawns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.tagwright-lock");
    let done = AtomicBool::new(false);
    let start = || {
        while !done.load(Ordering::Relaxed) {
            let status = Command::new("true").stdin(Stdio::null()).stdout(Stdio::null()).status();
            assert!(status.expect("a program").success());
        }
    };
    std::thread::scope(|scope| {
        (0..3).for_each(|_| drop(scope.spawn(start)));
        let refused = (0..2000).filter(|_| Lock::try_acquire(&path).expect("a lock's file").is_none()).count();
        done.store(true, Ordering::Relaxed);
        assert_eq!(refused, 0);
    });
}

#[test]
fn lock_of_other_process_is_not_acquired() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.tagwright-lock");
    let held = std::fs::File::create(&path).expect("the lock's file");
    held.lock().expect("the lock");
    assert!(Lock::try_acquire(&path).expect("an answer").is_none());
    drop(held);
    assert!(Lock::try_acquire(&path).expect("an answer").is_some());
}
