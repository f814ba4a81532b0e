//! A reader on bytes that libFuzzer makes up: it must not panic, loop, or take more memory than eight times its input and 16 MB;
//! what it read is saved unchanged byte for byte, or refused.
//!
//! `TAGWRIGHT_FORMAT` names the reader; without it the format is recognised. See `run.sh`.

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

/// The system's allocator, and how much is taken at most at once.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// Safety: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Times its input that a reader may take, and what it may take for any.
const TIMES: usize = 8;
const ANY: usize = 16 << 20;

/// libFuzzer's hook ends the process at every panic, also at those of a library that the reader catches.
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
    // A text beside annotations that are read for a document of their own.
    let beside = |name: &str| name.ends_with(".txt").then(|| "Zoë 😀 in Oslo\r\nand Köln".as_bytes().to_vec());
    let source =
        format::SourceInput { options, read_sibling: &beside, ..format::SourceInput::from_bytes(&unpacked, &name, corpus::Split::Train, 0) };
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let found = format::read(&source, &mut corpus);
    let taken = MOST.load(Ordering::Relaxed).saturating_sub(before);
    // Parquet's crate reserves what the header of a page claims, before it has looked whether so much is there; it is not touched.
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
        assert!(saved == *unpacked, "saved without a change, it is another file");
    }
}
