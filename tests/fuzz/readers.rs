//! Fuzz target of the readers. A reader must not panic, loop, or use more memory than eight times its input plus
//! 16 MiB. Saving without changes is byte-identical, or fails with an error.
//!
//! `TAGWRIGHT_FORMAT` sets the format; without it, the format is detected. See `run.sh`.

#![no_main]

#[path = "../../src/corpus/mod.rs"]
#[allow(dead_code, unused_imports)]
mod corpus;
#[path = "../../src/format/mod.rs"]
#[allow(dead_code, unused_imports)]
mod format;

use libfuzzer_sys::fuzz_target;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// System allocator that counts the current and the peak size.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// Safety: all calls are forwarded to the system allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Maximum memory of a reader: `TIMES` times its input plus `ANY` bytes.
const TIMES: usize = 8;
const ANY: usize = 16 << 20;

/// The panic hook of libFuzzer ends the process at every panic, including panics of libraries that the reader catches.
static QUIET: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    if let Err(panic) = std::panic::catch_unwind(|| check(bytes)) {
        let what = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        eprintln!("panicked: {}", what.unwrap_or("no message"));
        std::process::abort();
    }
});

fn check(bytes: &[u8]) {
    let format = std::env::var("TAGWRIGHT_FORMAT").ok().and_then(|name| format::by_name(&name));
    let Ok(format::compression::Decompressed { name, bytes: unpacked, .. }) =
        format::compression::decompress("input", bytes, format::budget::Budget::default())
    else {
        return;
    };
    let options = format::ReadOptions { format, ..format::ReadOptions::default() };
    let mut corpus = corpus::Corpus::default();
    // Text file in the same directory, for formats that store annotations separately.
    let siblings = |name: &str| name.ends_with(".txt").then(|| "Zoë 😀 in Oslo\r\nand Köln".as_bytes().to_vec());
    let source =
        format::SourceInput { options, read_sibling: &siblings, ..format::SourceInput::from_bytes(&unpacked, &name, corpus::Split::Train, 0) };
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let found = format::read(&source, &mut corpus);
    let taken = PEAK.load(Ordering::Relaxed).saturating_sub(before);
    // The parquet crate reserves the size that a page header declares before it checks the data. The memory stays
    // untouched.
    let reserved = format.is_some_and(|f| f == format::HF_PARQUET);
    assert!(reserved || taken <= TIMES * unpacked.len() + ANY, "{taken} bytes for {}", unpacked.len());
    let Ok(found) = found else { return };
    for document in &corpus.documents {
        for sentence in 0..document.len() {
            document.to_token_spans(sentence);
        }
    }
    let Some(rewrite) = found.format.rewrite else { return };
    let options = format::ReadOptions { format: Some(found.format), ..options };
    let current = format::RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
    if let Ok(saved) = rewrite(&format::SourceInput { options, ..source }, &current) {
        assert!(saved == *unpacked, "saving without changes modified the file");
    }
}
