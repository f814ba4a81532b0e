//! Downloads against a hub on this machine's own loopback: a good one, a cut one, a missing one, a cancelled one.

use crate::support::hub::{Weights, hub, serve};
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use tagwright::model::ModelFolder;

#[test]
fn a_good_download_is_a_model_and_is_kept() {
    let cache = tempfile::tempdir().expect("a folder");
    let (endpoint, asked) = serve(Weights::Whole);
    let hub = hub(&endpoint, cache.path());
    let folder = hub.model("our/tiny", |_| true).expect("a model");
    assert!(ModelFolder::open(&folder).expect("a model folder").tags.is_some());
    let before = asked.load(Ordering::Relaxed);
    assert_eq!(hub.model("our/tiny", |_| true).expect("the cache"), folder);
    assert_eq!(asked.load(Ordering::Relaxed), before, "the second time needs no network");
}

/// A download that fails, and a part of what is said.
fn check(id: &str, weights: Weights, go_on: bool, said: &str) {
    let cache = tempfile::tempdir().expect("a folder");
    let (endpoint, _) = serve(weights);
    let error = hub(&endpoint, cache.path()).model(id, |_| go_on).expect_err("no model").to_string();
    assert!(error.contains(said), "{error}");
    assert!(error.contains(id), "{error}");
}

#[test]
fn downloads_that_fail_say_why() {
    check("our/absent", Weights::Whole, true, "no such model");
    check("our/tiny", Weights::Cut, true, "try again");
    check("our/tiny", Weights::Slow, false, "cancelled");
}

#[test]
fn without_a_network_it_says_so() {
    let cache = tempfile::tempdir().expect("a folder");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let error = hub(&format!("http://{free}"), cache.path()).model("our/tiny", |_| true).expect_err("no network");
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}
